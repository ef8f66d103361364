"""The pages that staff work in: rendered here, readable without JavaScript."""
