"""The creator's folder: settings, facts, templates, team, help lines."""
