"""The reference engine: loads, units, stores, cores and DRAM channels as simpy processes."""
