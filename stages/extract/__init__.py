"""`extract`: files and tables to records, one reader a module."""
