"""Base against tuned: the same test examples, the same greedy settings, one process; scored, with intervals."""
