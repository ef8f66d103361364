"""Who goes to which ticket, and when."""
