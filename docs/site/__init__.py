"""What the documentation has beside its pages: cards of models, and commands as cells."""
