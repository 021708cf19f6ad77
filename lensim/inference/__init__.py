"""From a model and data to a result with a convergence verdict; independent of the assay."""
