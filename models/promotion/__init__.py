"""Whether a new version may serve instead of the one that does, and when new ones are fitted."""
