"""What a machine may say about the meaning of a message."""
