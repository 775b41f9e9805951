"""A Bot API server on loopback that does what the documentation says, and counts what it saw."""
