"""De-identification: PHI spans found, replaced, searched for again and counted."""
