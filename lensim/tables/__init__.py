"""From bytes to rows with their lines, for every reader: encodings, separators, numbers, wells, grids and columns."""
