"""The zoo: one family per file, functions that return a fresh Network; names in `registry`."""
