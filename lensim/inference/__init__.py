"""From a model and data to a result that says whether it may be read; nothing here knows an assay."""
