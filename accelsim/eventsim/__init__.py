"""The reference engine: loads, array, stores and the DRAM channel as simpy processes."""
