"""What an examination found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``ok`` is False when it keeps fanbot from doing its work well."""

    name: str
    ok: bool
    found: str
    remedy: str = ""
