"""Whether the intervals of one fit can be believed: posterior simulation-based calibration on a user's own data."""
