"""Personal text sealed at rest: keys, sealing, and finding what is sealed."""
