"""Fan messages as JSON lines on standard input, replies as JSON lines on standard output."""
