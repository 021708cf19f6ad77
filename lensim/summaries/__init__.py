"""Published summaries as data: what a printed line of results says of effect and spread, and what it cannot say."""
