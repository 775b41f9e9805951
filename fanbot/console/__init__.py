"""The artist's web page for the queue: sign in, see what waits, answer it."""
