"""Adapters found by their entry points."""
