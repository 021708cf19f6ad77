"""The room Look: any result of lensim, its curves, its posterior and a spot check by NUTS."""
