"""RT-qPCR: designs, truths, the machine, and the classical analysis."""
