"""Templates and built-in texts turned into words."""
