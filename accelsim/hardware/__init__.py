"""On what it is computed: accelerators, their files and their settings."""
