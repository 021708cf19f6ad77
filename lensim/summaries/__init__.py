"""Published summaries as data, and what they show of effect and spread."""
