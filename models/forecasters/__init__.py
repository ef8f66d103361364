"""Say what will happen: a fault within a horizon, the end of a life. Pure."""
