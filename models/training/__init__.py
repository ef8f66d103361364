"""Fitting models on a fleet's history; what comes of it are candidates."""
