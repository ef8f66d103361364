"""What concerns the whole fleet: outbreaks, demand for parts, the care of models."""
