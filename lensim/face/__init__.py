"""What Python offers under the names of the commands: `lensim.power(...)`, `lensim.plan(...)` and others."""
