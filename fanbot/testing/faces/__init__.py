"""The web chat and the console from outside: visitors, artists, and what was promised to them."""
