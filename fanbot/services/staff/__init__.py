"""The team's side on the platforms: cards that show the queue, and a door for what people do there."""
