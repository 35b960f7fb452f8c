"""Makes new training examples from old: guarded, traceable to parent, operator and seed, and open to review."""
