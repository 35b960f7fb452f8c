"""Cleans de-identified text: tables, abbreviations, typos, copy-forward and boilerplate, each an operator."""
