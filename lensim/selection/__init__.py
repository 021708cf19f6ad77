"""Selection of resistance: birth, death and mutation of clones under a dose schedule."""
