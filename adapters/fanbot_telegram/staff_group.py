"""Which group is the team's, also after Telegram gave it another id."""

import structlog

_PLAIN_ABOVE = -1_000_000_000_000
"""Ids of supergroups lie below; a plain group has no topics and changes its id when it gets them."""


class StaffGroup:
    """The team's group; ``number`` is the id that it has now, and every id that it had stays the team's."""

    def __init__(self, number: int, *, account: str) -> None:
        """Begin with the id that the settings name."""
        self.number = number
        self._known = {number}
        self._log = structlog.get_logger("fanbot.telegram").bind(account=account)

    @property
    def plain(self) -> bool:
        """Tell whether the id is one of a plain group, so that the group may have another one by now."""
        return self.number > _PLAIN_ABOVE

    def holds(self, chat: object) -> bool:
        """Tell whether an id is, or was, the group's."""
        return type(chat) is int and chat in self._known

    def moved(self, to: int) -> None:
        """Note that the group became a supergroup; its old id is given to no other."""
        if to not in self._known:
            told = "the team's group on telegram has another id now; write it into the settings as staff_chat"
            self._log.warning(told, staff_chat=to)
        self._known.add(to)
        self.number = to
