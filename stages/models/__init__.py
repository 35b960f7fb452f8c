"""Load, quantise, adapt and run models: the only importers of transformers' model classes."""
