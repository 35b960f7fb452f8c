"""Planted identifiers: how many de-identification took out, how well models remember the others."""
