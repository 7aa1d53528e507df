"""What things cost: area in mm2 and energy in pJ, from a component library with sources."""
