"""One message on its way to Discord, sent once: the same nonce while Discord remembers it, then a look."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import aiohttp
import discord

from fanbot.domain.messages import Choice, OutboundKind
from fanbot.errors import AdapterError, DeliveryError
from fanbot.ports.platform import Dispatch
from fanbot_discord.door import Attempt, attempt
from fanbot_discord.interactions import answered
from fanbot_discord.refusals import undelivered
from fanbot_discord.rest import PAGE, Rest
from fanbot_discord.snowflakes import first_at, number

_REMEMBERED = timedelta(minutes=2)
"""For so long Discord surely tells a repeat by its nonce; it speaks of a few minutes."""
_CLOCKS = timedelta(minutes=1)
"""How far Discord's clock and ours may be apart."""
_LONGEST_ID, _LONGEST_LABEL, _MOST_BUTTONS = 100, 80, 25
_WRITTEN_BY_PEOPLE = frozenset(
    (OutboundKind.HUMAN, OutboundKind.CONTENT, OutboundKind.UPDATE, OutboundKind.PROMOTION)
)
"""Kinds whose links may unfold into a preview."""

FAILURES = (
    discord.DiscordException,
    aiohttp.ClientError,
    OSError,
    ValueError,
    RuntimeError,  # what aiohttp raises for a session that was closed meanwhile
    AdapterError,
)


class Speaking:
    """Send within ``patience`` seconds, or say truly what is known of it."""

    def __init__(self, rest: Rest, *, now: Callable[[], datetime], patience: float = 25.0) -> None:
        self._rest = rest
        self._now = now
        self._patience = patience

    async def send(self, dispatch: Dispatch) -> None:
        """Hand one message to Discord; raises DeliveryError."""
        channel = number(dispatch.address.thread or dispatch.address.channel)
        if channel is None:
            raise DeliveryError("This is no channel of Discord; nothing was sent.", permanent=True)
        if dispatch.attachments:
            raise DeliveryError(
                "Files cannot be sent to Discord yet; nothing was sent. Put a link into the words instead.",
                permanent=True,
            )
        tried = Attempt()
        token = attempt.set(tried)
        client: discord.Client | None = None
        try:
            async with asyncio.timeout(self._patience):
                client = await self._rest.client()
                await self._send(client, dispatch, channel)
        except FAILURES as error:
            if isinstance(error, TimeoutError) and client is not None:
                self._rest.renew(client)
            if not tried.taken:
                raise undelivered(error, tried) from error
        finally:
            attempt.reset(token)

    async def _send(self, client: discord.Client, dispatch: Dispatch, channel: int) -> None:
        since = dispatch.since
        late = since is not None and self._now() - since > _REMEMBERED
        if late and since is not None and await self._stands_there(dispatch, str(channel), since):
            return
        reference = answered(dispatch.in_reply_to)
        place = client.get_partial_messageable(channel)
        await place.send(
            clean(dispatch.text),
            nonce=dispatch.key,
            allowed_mentions=discord.AllowedMentions.none(),
            suppress_embeds=dispatch.kind not in _WRITTEN_BY_PEOPLE,
            # discord.py takes None for "not given" here, whatever its annotations say.
            reference=_reference(reference, channel),  # type: ignore[arg-type]
            view=buttons(dispatch.choices),  # type: ignore[arg-type]
        )

    async def _stands_there(self, dispatch: Dispatch, channel: str, since: datetime) -> bool:
        """Look whether the first try has arrived after all."""
        own = await self._rest.own_id()
        after = first_at(since - _CLOCKS)
        while True:
            page = await self._rest.history(channel, after=after)
            if any(is_the_same(told, dispatch, own) for told in page):
                return True
            if len(page) < PAGE:
                return False
            after = number(page[-1].get("id")) or after


def _reference(name: str, channel: int) -> discord.MessageReference | None:
    if not name:
        return None
    return discord.MessageReference(message_id=int(name), channel_id=channel, fail_if_not_exists=False)


def is_the_same(told: Mapping[str, object], dispatch: Dispatch, own: str) -> bool:
    """Tell whether a message in the history is this one: ours, with these words, answering the same.

    One that answers nothing counts as well: Discord leaves the reference out when the fan's message is gone.

    >>> from fanbot.domain.messages import Address
    >>> sent = Dispatch("k", Address("discord", "main", "5"), OutboundKind.ANSWER, "Hello!", in_reply_to="9")
    >>> told = {"author": {"id": "1"}, "content": "Hello!", "message_reference": {"message_id": "9"}}
    >>> is_the_same(told, sent, "1"), is_the_same({**told, "content": "Hi!"}, sent, "1")
    (True, False)
    """
    author, reference = told.get("author"), told.get("message_reference")
    ours = isinstance(author, Mapping) and author.get("id") == own
    refers = str(reference.get("message_id", "")) if isinstance(reference, Mapping) else ""
    same = str(told.get("content", "")).strip() == clean(dispatch.text).strip()
    return ours and same and refers in ("", answered(dispatch.in_reply_to))


def clean(text: str) -> str:
    r"""Put U+FFFD for what Discord takes from nobody.

    >>> clean("a\ud83db\0")
    'a�b�'
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


def buttons(choices: Sequence[Choice]) -> discord.ui.View | None:
    """Make a button of every choice that fits on one; they are heard as interactions, not by this view."""
    fitting = [choice for choice in choices if 0 < len(choice.id) <= _LONGEST_ID][:_MOST_BUTTONS]
    if not fitting:
        return None
    view = discord.ui.View(timeout=None)
    for choice in fitting:
        label = clean(choice.label).strip() or choice.id
        if len(label) > _LONGEST_LABEL:
            label = label[: _LONGEST_LABEL - 1] + "…"
        view.add_item(discord.ui.Button(custom_id=clean(choice.id), label=label))
    view.stop()
    return view
