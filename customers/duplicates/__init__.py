"""Households that are one: found, merged, and parted again."""
