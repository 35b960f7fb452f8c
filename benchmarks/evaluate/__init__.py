"""How fast answers are scored, each part beside what one would otherwise run: `python -m benchmarks.evaluate`."""
