"""RT-qPCR studies of groups of different subjects, for power and plan."""
