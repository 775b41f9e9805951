"""What a person types: every command reads its words, asks the services, and says what became of it."""
