"""The visit: when, what to bring and do, and what was found and used."""
