"""Two runs of the pipeline side by side: what got better, what got worse, and whether that could be chance."""
