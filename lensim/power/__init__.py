"""Power, assurance and the errors of decisions of paired designs, by simulation and exact posteriors."""
