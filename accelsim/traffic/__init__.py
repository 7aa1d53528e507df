"""Bytes moved: tiles with their halos, refetches, bursts. Plain integer formulas."""
