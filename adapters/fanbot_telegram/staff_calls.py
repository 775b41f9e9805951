"""Calls for the team's group: at its pace, wherever it moved, with errors that say what to mend there."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from fanbot.errors import DeliveryError
from fanbot_telegram import failures
from fanbot_telegram.api import Api, FloodError
from fanbot_telegram.pace import Pace
from fanbot_telegram.staff_group import StaffGroup

MENDED_IN = 60.0
"""Seconds after which it is tried again what a person must put in order first."""
_AS_WANTED = ("not modified", "topic_not_modified")
_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "topic_deleted",
    "topic_id_invalid",
    "thread not found",
)
_RIGHTS = (
    "The bot may not do this in the team's group. Make it an administrator there, with the right to manage "
    "topics."
)
_AWAY = (
    "The bot is not in the team's group. Add it again, as an administrator with the right to manage topics, "
    "and look whether staff_chat names the right group."
)
_NO_TOPICS = "The team's group has no topics. Turn them on in the settings of the group, on Telegram."
_TO_MEND: tuple[tuple[str, str], ...] = (
    ("kicked", _AWAY),
    ("not a member", _AWAY),
    ("chat not found", _AWAY),
    ("chat was deleted", _AWAY),
    ("not a forum", _NO_TOPICS),
    ("forum_missing", _NO_TOPICS),
    ("not a supergroup", _NO_TOPICS),
    ("only for supergroups", _NO_TOPICS),
    ("enough rights", _RIGHTS),
    ("have no rights", _RIGHTS),
    ("administrator rights", _RIGHTS),
    ("admin_required", _RIGHTS),
    ("write_forbidden", _RIGHTS),
    ("topic_closed", _RIGHTS),
)


class GoneError(DeliveryError):
    """A card or a topic was deleted by somebody."""


class StaffCalls:
    """Call methods of the Bot API for the team's group."""

    def __init__(
        self, api: Api, group: StaffGroup, *, account: str, pace: Pace, must_be_fit: Callable[[], None]
    ) -> None:
        """Ask ``must_be_fit`` before each call; it raises DeliveryError while nothing may be sent."""
        self._api = api
        self._group = group
        self._pace = pace
        self._must_be_fit = must_be_fit
        self._log = structlog.get_logger("fanbot.telegram").bind(account=account)
        self._told = ""

    async def call(self, method: str, parameters: Mapping[str, object], *, keep: int = 0) -> Any:
        """Return the result, None for what was so already; leave ``keep`` of the group's turns to others.

        Raises DeliveryError; ``permanent`` when the message or the topic is gone for good.
        """
        self._must_be_fit()
        if left := await self._pace.turn(self._group.number, keep=keep):
            told = "Telegram takes only so many messages for the team's group. This waits for its turn."
            raise DeliveryError(told, retry_after=left)
        self._must_be_fit()
        try:
            result = await self._made(method, parameters)
        except TelegramError as error:
            if isinstance(error, FloodError):
                self._pace.block(self._group.number, error.seconds)
            if isinstance(error, BadRequest) and _says(error, _AS_WANTED):
                return None
            raise self._meant(error) from None
        self._told = ""
        return result

    async def follow(self) -> None:
        """Ask where the group is now, if its id may have changed; raises TelegramError if nobody answers.

        Otherwise what the team says there would be taken for fans' words after a start. Only a call that
        writes tells the new id; this one shows for a moment that somebody types.
        """
        if not self._group.plain:
            return
        try:
            await self._api.call("sendChatAction", {"chat_id": self._group.number, "action": "typing"})
        except ChatMigrated as moved:
            self._group.moved(moved.new_chat_id)
        except (BadRequest, Forbidden):
            return  # told when something is to be shown there

    async def _made(self, method: str, parameters: Mapping[str, object]) -> Any:
        try:
            return await self._api.call(method, {"chat_id": self._group.number, **parameters})
        except ChatMigrated as moved:
            self._group.moved(moved.new_chat_id)
            return await self._api.call(method, {"chat_id": self._group.number, **parameters})

    def _meant(self, error: TelegramError) -> DeliveryError:
        if not isinstance(error, BadRequest | Forbidden):
            return failures.delivery(error)
        if _says(error, _GONE):
            return GoneError("The card or its topic was deleted on Telegram.", permanent=True)
        for sign, remedy in _TO_MEND:
            if _says(error, (sign,)):
                if remedy != self._told:
                    self._log.warning("the team's group on telegram is not in order", error=remedy)
                self._told = remedy
                return DeliveryError(remedy, retry_after=MENDED_IN)
        return failures.delivery(error)


def _says(error: TelegramError, signs: tuple[str, ...]) -> bool:
    said = error.message.lower()
    return any(sign in said for sign in signs)
