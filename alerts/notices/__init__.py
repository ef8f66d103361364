"""Notices to customers: whether, when and by which way they go out."""
