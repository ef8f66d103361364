"""What is held about people: told to them, kept for a while, and forgotten."""
