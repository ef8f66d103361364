"""Detectors: pure, each fitted on healthy history, each scoring higher for stranger."""
