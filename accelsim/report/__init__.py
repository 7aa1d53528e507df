"""How results look: tables for the terminal and pictures for slides."""
