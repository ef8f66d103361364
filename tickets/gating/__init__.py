"""Which findings are worth a visit now, and which wait."""
