"""Answer what is routine at once, and bring what is personal to a person."""

__version__ = "0.1.0"
