"""Who turns readings, codes, scores and forecasts into findings."""
