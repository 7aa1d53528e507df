"""The fast engine: the schedule of one operator by recurrence, in numba."""
