"""What a simulation says: records that add up, their columns, and the folder they are kept in."""
