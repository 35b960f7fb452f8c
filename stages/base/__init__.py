"""Makes the declared base models present."""
