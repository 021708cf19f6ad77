"""The room Read: from dropped files to what they hold, run QC, a fit and its files."""
