"""The built-in words that fans read, with the creator's name and a true reader filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fanbot.domain.handoffs import Lane
from fanbot.ports.rendering import Rendering

_WITH_HELP = frozenset({"safety.crisis", "closed.crisis"})


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Say built-in texts on behalf of one creator; what needs no words of the moment is kept."""

    rendering: Rendering
    creator: str
    _kept: dict[tuple[str, str | None, bool], str] = field(default_factory=dict, compare=False)

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
        if words or key in _WITH_HELP:
            return self._said(key, language, moderated=moderated, words=words or {})
        place = (key, language, moderated)
        text = self._kept.get(place)
        if text is None:
            text = self._kept[place] = self._said(key, language, moderated=moderated, words={})
        return text

    def _said(self, key: str, language: str | None, *, moderated: bool, words: Mapping[str, str]) -> str:
        creator = {"creator": self.creator}
        who = "reader.moderator" if moderated else "reader.team"
        reader = self.rendering.say(who, language=language, words=creator)
        known = {**creator, "reader": reader, **words}
        if key in _WITH_HELP:
            known["help_lines"] = "\n".join(self.rendering.resources(language))
        return self.rendering.say(key, language=language, words=known)
