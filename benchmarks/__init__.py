"""Figures with their limits, measured in the same run; see benchmarks/README.md."""
