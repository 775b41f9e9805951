"""Wake-up and back-pressure between adapters and engine, inside one process."""
