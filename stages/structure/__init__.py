"""Records to (instruction, response) examples; one task template a module."""
