"""What both platforms received, and everything else that a run showed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fanbot.testing.crowd import Told
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.observing import Answered
from fanbot.testing.platforms.seats import DISCORD, SEATS, TELEGRAM
from fanbot.testing.telegram.server import FakeTelegram

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message of the bot as it stands on a platform.

    ``place`` is ``channel/thread``, ``in_reply_to`` is ``channel/id``; ``key`` is known where the
    platform keeps one (Discord's nonce).
    """

    at: datetime
    platform: str
    place: str
    in_reply_to: str
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class PlatformObservation:
    """Everything that one run over several processes showed.

    ``arrivals`` stand in the order in which each platform took them. ``undelivered`` maps the key of
    what a person is shown as parked to the words beside it. ``faults`` are requests that no client should
    have made.
    """

    told: Sequence[Told]
    arrivals: Sequence[Arrival]
    answered: Sequence[Answered]
    exported: Sequence[Record]
    undelivered: Mapping[str, str]
    faults: Sequence[str] = ()


def arrivals(discord: FakeDiscord, telegram: FakeTelegram) -> list[Arrival]:
    """Read off both platforms what stands there."""
    return [*_on_discord(discord), *_on_telegram(telegram)]


def _on_discord(fake: FakeDiscord) -> list[Arrival]:
    seats = {seat.thread or seat.channel: seat for seat in SEATS if seat.platform == DISCORD}
    found = []
    for message in fake.world.said:
        seat = seats[message["channel_id"]]
        answered = message.get("message_reference", {}).get("message_id", "")
        found.append(
            Arrival(
                at=datetime.fromisoformat(message["timestamp"]),
                platform=DISCORD,
                place=seat.place,
                in_reply_to=f"{seat.channel}/{answered}",
                text=message["content"],
                key=fake.world.keys.get(message["id"], ""),
            )
        )
    return found


def _on_telegram(fake: FakeTelegram) -> list[Arrival]:
    first = fake.sent[0].at if fake.sent else 0.0
    begin = datetime.now(UTC).timestamp() - (fake.sent[-1].at - first if fake.sent else 0.0)
    return [
        Arrival(
            at=datetime.fromtimestamp(begin + sent.at - first, UTC),
            platform=TELEGRAM,
            place=f"{sent.chat}/{sent.wanted.get('message_thread_id', '')}",
            in_reply_to=f"{sent.chat}/{sent.reply_to}",
            text=sent.text,
        )
        for sent in fake.sent
    ]
