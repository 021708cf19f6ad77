"""Sound inputs of every kind, made by lensim's simulators and writers, and by what tests know of machines."""
