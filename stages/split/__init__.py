"""Leak-free train, validation and test sets, with a certificate."""
