"""TNF bioassay: viability of an indicator line against standards of TNF, and TNF in samples by inverse prediction."""
