"""The HTTP listeners: one for fans, one for the team."""
