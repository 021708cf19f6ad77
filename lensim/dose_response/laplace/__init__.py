"""The Laplace engine: posteriors of dose-response panels without a long Markov chain."""
