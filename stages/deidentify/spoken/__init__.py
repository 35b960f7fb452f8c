"""De-identification of recordings: words located in time, their seconds silenced, and what is left audible measured."""
