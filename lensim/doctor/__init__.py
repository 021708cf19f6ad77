"""What lensim finds on a machine: what is there, what is slow, what is missing, and what to do about each."""
