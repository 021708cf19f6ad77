"""From bytes to rows with line numbers, for every reader: encodings, separators, numbers, wells, grids, columns."""
