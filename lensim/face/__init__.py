"""Python functions with the names of the commands: `lensim.power(...)`, `lensim.plan(...)` and others."""
