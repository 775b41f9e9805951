"""A whole fanbot on Discord and Telegram at once, judged by what both platforms received."""
