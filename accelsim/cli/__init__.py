"""What a user types: commands, their options, and how answers and mistakes are shown."""
