"""Users' files to Datasets; one file a format."""
