"""The exact engine: posteriors of paired RT-qPCR studies without a Markov chain."""
