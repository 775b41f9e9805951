"""What the services need of the world, as Protocols; nothing in here does anything."""
