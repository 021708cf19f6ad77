"""The command line: one file a command, what they share in `shared`, and `main` to put them together."""
