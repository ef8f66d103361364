"""Fitted models as bytes that hold no code, and back."""
