"""The posterior of a dose-response panel by an exact Markov chain whose blocks are drawn around Laplace paraboloids."""
