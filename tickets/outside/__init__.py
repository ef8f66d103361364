"""The company's other systems: what they are told of and what they tell us."""
