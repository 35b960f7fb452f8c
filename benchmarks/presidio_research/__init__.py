"""Finding PHI in presidio-research's public set, beside stock Presidio: `python -m benchmarks.presidio_research`."""
