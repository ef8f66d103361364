"""How a notice leaves the house: one module a channel, each with the same shape."""
