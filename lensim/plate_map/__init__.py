"""Plate maps: empty ones to fill in, what is on a filled one and what is odd, and setup files of PCR machines."""
