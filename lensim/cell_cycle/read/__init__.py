"""Users' files of a cell cycle: tables of counts or percents, single events, and FCS files, to one Dataset."""
