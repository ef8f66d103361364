"""What customers answer, by links that need no login."""
