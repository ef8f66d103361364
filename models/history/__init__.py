"""What became of appliances and their parts: the labels that models learn from."""
