"""A Telegram bot at work."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from telegram.error import ChatMigrated, TelegramError

from fanbot.domain.messages import OutboundKind
from fanbot.domain.reach import Barrier
from fanbot.errors import AdapterError, DeliveryError
from fanbot.ports.platform import Dispatch, Intake, Opening, Recollection
from fanbot.ports.staff import StaffRoom, TeamDoor
from fanbot.ports.web import App
from fanbot_telegram import failures
from fanbot_telegram.api import Api, FloodError
from fanbot_telegram.commands import MENUS, menu
from fanbot_telegram.entities import Me
from fanbot_telegram.pace import Pace
from fanbot_telegram.polling import Polling
from fanbot_telegram.reach import Reach
from fanbot_telegram.reader import Reader
from fanbot_telegram.secrecy import Secrecy, webhook_secret
from fanbot_telegram.settings import Settings, read
from fanbot_telegram.speech import request
from fanbot_telegram.staff import Staff
from fanbot_telegram.standing import Standing
from fanbot_telegram.taking import Taking
from fanbot_telegram.webhook import Webhook


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TelegramPlatform:
    """One bot. It has no key to tell repeats apart by, so what may have arrived is never sent again."""

    def __init__(
        self,
        account: str,
        settings: Settings,
        *,
        secret: str = "",
        team: TeamDoor | None = None,
        recollection: Recollection | None = None,
        now: Callable[[], datetime] = _utc_now,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Let the platform show ``secret`` when it posts updates; ``sleep`` between tries to hear.

        Acts in the team's group are brought to ``team``; who blocks the bot is kept in ``recollection``.
        """
        self._account = account
        self._settings = settings
        self._now = now
        self._secrecy = Secrecy(settings.token)
        self._secrecy.begin()
        self._api = Api(settings)
        self._standing = Standing(account)
        self._reach = Reach(account=account)
        self._pace = pace or Pace()
        self._moved: dict[int, int] = {}
        self._closed = False
        self._answering: set[asyncio.Task[None]] = set()
        self._team = team
        self._recollection = recollection
        self._staff: Staff | None = None
        if settings.staff_chat is not None:
            self._staff = Staff(
                self._api,
                settings.staff_chat,
                account=account,
                pace=self._pace,
                must_be_fit=self._must_be_fit,
                sleep=sleep,
            )
        self._polling: Polling | None = None
        self._webhook: Webhook | None = None
        if settings.mode == "polling":
            self._polling = Polling(self._api, standing=self._standing, sleep=sleep)
        else:
            self._webhook = Webhook(
                self._api,
                url=settings.webhook_url,
                secret=settings.secret_token or secret,
                standing=self._standing,
            )

    @property
    def app(self) -> App | None:
        """Return what the public listener serves; None while updates are polled."""
        return self._webhook.app if self._webhook is not None else None

    @property
    def staff(self) -> StaffRoom | None:
        """Return the team's group, None where the settings name none."""
        return self._staff.room if self._staff is not None else None

    async def listen(self, intake: Intake) -> None:
        """Bring every event to ``intake``, every act of the team to its door, in order, until cancelled.

        Raises AdapterError when the bot cannot begin; what comes up later is told in the log.
        """
        try:
            me = await self._introduced()
            staff = self._staff.reader(me, now=self._now) if self._staff is not None else None
            reader = Reader(
                self._account, me, standing=self._standing, now=self._now, reach=self._reach, staff=staff
            )
            take = Taking(
                intake,
                team=self._team,
                pressed=self._pressed,
                remarked=self._staff.remarks.add if self._staff is not None else None,
                recollection=self._recollection,
            )
            if self._webhook is not None:
                await self._webhook.listen(take, reader)
        except TelegramError as error:
            why = failures.hearing(error)
            if why:
                self._standing.troubled(why)
            raise AdapterError(why or f"Telegram cannot be reached ({failures.named(error)}).") from None
        if self._polling is not None:
            await self._polling.listen(take, reader)

    def turns_left(self) -> int:
        """Return how many messages Telegram takes now; see ports.platform.Paced."""
        return self._pace.left()

    async def send(self, dispatch: Dispatch) -> None:
        """Send one message if it is its turn; raises DeliveryError."""
        self._must_be_fit()
        wanted = dict(request(dispatch))
        chat = self._moved.get(wanted["chat_id"], wanted["chat_id"])
        by_person = dispatch.kind is OutboundKind.HUMAN  # tried all the same: it takes few turns
        if self._reach.lacks(chat) and not by_person:
            raise DeliveryError(failures.BLOCKED, permanent=True, barrier=Barrier.BLOCKED)
        if left := await self._pace.turn(chat):
            raise DeliveryError(
                "Telegram takes only so many messages for one chat. This one waits for its turn.",
                retry_after=left,
            )
        self._must_be_fit()
        try:
            await self._sent(wanted | {"chat_id": chat})
        except TelegramError as error:
            if isinstance(error, FloodError):
                self._pace.block(chat, error.seconds)
            raise failures.delivery(error) from None

    async def close(self) -> None:
        """Let go of the connections."""
        self._closed = True
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        if self._staff is not None:
            await self._staff.remarks.close()
        await self._api.end()
        self._secrecy.end()

    async def _sent(self, wanted: dict[str, object]) -> None:
        try:
            await self._api.call("sendMessage", wanted)
        except ChatMigrated as moved:
            # A group that became a supergroup has another id; what it was told there was not delivered.
            self._moved[_number(wanted["chat_id"])] = moved.new_chat_id
            await self._api.call("sendMessage", wanted | {"chat_id": moved.new_chat_id})

    def _must_be_fit(self) -> None:
        if self._closed:
            raise DeliveryError("Telegram is closed. The message is kept, and goes out at the next start.")
        if self._standing.trouble:
            raise DeliveryError(self._standing.trouble, retry_after=failures.HOLD)

    async def _introduced(self) -> Me:
        """Ask who the bot is, and get what may be in the way of hearing out of it."""
        told = await self._api.call("getMe")
        await self._tell_commands()
        if self._polling is not None and self._settings.webhook_url:
            info = await self._api.call("getWebhookInfo")
            if info.get("url") == self._settings.webhook_url:
                await self._api.call("deleteWebhook", {"drop_pending_updates": False})
        if self._staff is not None:
            await self._staff.calls.follow()
        return Me(_number(told["id"]), str(told.get("username", "")))

    async def _tell_commands(self) -> None:
        """Show the commands below the fans' text field; a bot works without as well."""
        try:
            for language in MENUS:
                await self._api.call("setMyCommands", menu(language))
        except TelegramError as error:
            if failures.hearing(error):
                raise

    def _pressed(self, query: str) -> None:
        """Let a button that was pressed stop spinning."""
        task = asyncio.create_task(self._answer(query))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, query: str) -> None:
        try:
            await self._api.call("answerCallbackQuery", {"callback_query_id": query})
        except TelegramError:
            return  # too old, or the platform is away; the press is stored all the same


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise AdapterError("Telegram answered in a way that is not documented. fanbot tries again.")
    return value


def opened(opening: Opening) -> TelegramPlatform:
    """Open one account; raises AdapterError when it cannot be."""
    settings = read(opening.settings)
    secret = webhook_secret(opening.secret)
    if settings.mode == "webhook" and not (secret or settings.secret_token):
        raise AdapterError("Webhook mode needs a store that keeps its secret. Start it with: fanbot run")
    return TelegramPlatform(
        opening.account, settings, secret=secret, team=opening.team, recollection=opening.recollection
    )
