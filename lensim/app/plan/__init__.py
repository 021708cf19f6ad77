"""The room Plan: the next study, from a few fields to assurance, money and a paragraph."""
