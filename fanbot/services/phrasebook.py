"""The built-in words that fans read, with the creator's name and a true reader filled in."""

from collections.abc import Mapping
from dataclasses import dataclass

from fanbot.domain.handoffs import Lane
from fanbot.ports.rendering import Rendering


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Say built-in texts on behalf of one creator."""

    rendering: Rendering
    creator: str

    def say(
        self,
        key: str,
        language: str | None,
        *,
        lane: Lane | None = None,
        words: Mapping[str, str] | None = None,
    ) -> str:
        """Return a text; ``lane`` chooses who is said to read it, a moderator where safety asks (P20)."""
        moderated = lane is not None and lane.safety
        creator = {"creator": self.creator}
        reader = self.rendering.say(
            "reader.moderator" if moderated else "reader.team", language=language, words=creator
        )
        known = {**creator, "reader": reader, **(words or {})}
        if key == "safety.crisis":
            known["help_lines"] = "\n".join(self.rendering.resources(language))
        return self.rendering.say(key, language=language, words=known)
