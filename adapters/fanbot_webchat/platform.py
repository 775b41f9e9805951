"""The web chat as a platform: hears requests, and speaks by telling open pages to look."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from fanbot.errors import AdapterError, DeliveryError
from fanbot.ports.files import Files
from fanbot.ports.platform import Dispatch, Intake, Opening
from fanbot.ports.web import App, Correspondence
from fanbot_webchat.filing import Filing
from fanbot_webchat.hearing import Hearing
from fanbot_webchat.rates import Rates
from fanbot_webchat.routes import Routes, application
from fanbot_webchat.settings import Settings, read
from fanbot_webchat.streams import Streams
from fanbot_webchat.visitors import Visitors

_SHORTEST_SECRET = 16
"""Bytes."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WebchatPlatform:
    """A chat that keeps nothing itself: what is said stands in the store before ``send`` is called."""

    def __init__(
        self,
        account: str,
        settings: Settings,
        *,
        secret: bytes,
        correspondence: Correspondence,
        files: Files | None = None,
        now: Callable[[], datetime] = _utc_now,
        streams: Streams | None = None,
        patience: float = 10.0,
    ) -> None:
        """Sign visitors' keys with ``secret``; wait ``patience`` seconds for a body, and for the intake.

        Without ``files`` visitors send words alone.
        """
        if files is None:
            settings = replace(settings, files=replace(settings.files, most=0))
        self._hearing = Hearing(patience=patience)
        self._streams = Streams() if streams is None else streams
        self._closed = False
        routes = Routes(
            account=account,
            visitors=Visitors(secret, account=account),
            hearing=self._hearing,
            streams=self._streams,
            rates=Rates(settings),
            correspondence=correspondence,
            filing=Filing(files, settings.files, patience),
            now=now,
            patience=patience,
        )
        self._app = application(routes, settings)

    @property
    def app(self) -> App:
        """Return what the public listener serves."""
        return self._app

    async def listen(self, intake: Intake) -> None:
        """Let visitors write until this is cancelled; meanwhile, and only then, they can."""
        await self._hearing.listen(intake)

    async def send(self, dispatch: Dispatch) -> None:
        """Tell the visitor's open pages to look; never waits for one. Raises DeliveryError once closed."""
        if self._closed:
            raise DeliveryError(
                "The web chat is closed. The message is kept, and stands in its conversation when the chat "
                "is open again."
            )
        self._streams.wake(dispatch.address.channel)

    async def close(self) -> None:
        """End the open streams, so that the listener can end as well."""
        self._closed = True
        self._streams.close()


def open_platform(opening: Opening) -> WebchatPlatform:
    """Open one account; raises AdapterError when it cannot be."""
    settings = read(opening.settings)
    if opening.correspondence is None or len(opening.secret) < _SHORTEST_SECRET:
        raise AdapterError(
            "The web chat needs a store that keeps its conversations, and a secret to sign its keys. "
            "Start it with: fanbot run"
        )
    return WebchatPlatform(
        opening.account,
        settings,
        secret=opening.secret,
        correspondence=opening.correspondence,
        files=opening.files,
    )
