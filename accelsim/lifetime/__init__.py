"""How long tensors live, how much memory that takes, and which of them stay on chip."""
