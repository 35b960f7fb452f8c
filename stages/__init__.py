"""Rounds: a declarative dataset-and-eval harness for clinical models, driven by DVC."""
