"""What is computed: loop dimensions, operators, networks and their files."""
