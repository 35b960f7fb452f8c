"""Metrics, curves and samples as one page for people, and the table on the terminal."""
