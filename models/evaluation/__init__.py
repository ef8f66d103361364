"""How good the models are on recordings that somebody brings: read, split, fit, score, compare."""
