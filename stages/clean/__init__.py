"""Cleans de-identified text: abbreviations, typos, copy-forward and boilerplate, each an operator of its own."""
