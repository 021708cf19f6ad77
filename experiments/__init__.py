"""One script a figure or question; the only place where the library and its models meet."""
