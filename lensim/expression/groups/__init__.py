"""Groups of different subjects: levels of each subject, the posterior of their means, and tables of what differs."""
