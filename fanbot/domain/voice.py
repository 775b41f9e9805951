"""How a creator's texts sound, beyond the rules that hold for everybody (P17)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VoiceProfile:
    """The creator's own wishes for every text that leaves.

    ``forbidden`` are phrases that are never said, ``replacements`` maps a word to the one that is
    said instead, ``signature`` is how the people who answer sign.
    """

    forbidden: tuple[str, ...] = ()
    replacements: Mapping[str, str] = field(default_factory=dict)
    signature: str = "team"
