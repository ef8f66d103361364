"""Tickets that belong together: merged, split, parts of one trouble."""
