"""Operators turned into programs of steps that both engines execute."""
