"""Records of other systems, tidied and taken over."""
