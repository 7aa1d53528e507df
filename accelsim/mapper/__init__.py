"""Tile sizes and loop orders: which ones there are, what each costs, and the best one."""
