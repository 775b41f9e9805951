"""The people who answer: the creator's team, and the help lines that a human checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from fanbot.domain.handoffs import Lane


def group_of_telegram(account: str) -> bool:
    """Tell whether an account, as ``platform:user``, is a group or channel of Telegram and no person.

    Administrators who stay anonymous write as their group, and everybody of them alike.

    >>> group_of_telegram("telegram:-1001234567890"), group_of_telegram("telegram:987654321")
    (True, False)
    """
    return account.startswith("telegram:-")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the team. ``role`` is artist, moderator or team; ``lanes`` and ``topics`` are theirs.

    ``accounts`` are who they are on the platforms, as ``platform:user``.
    """

    name: str
    role: str = "team"
    lanes: tuple[Lane, ...] = ()
    topics: tuple[str, ...] = ()
    absent: tuple[tuple[date, date], ...] = ()
    accounts: tuple[str, ...] = ()

    def here(self, today: date) -> bool:
        """Tell whether the person is at work on this day (both ends of an absence included)."""
        return not any(first <= today <= last for first, last in self.absent)


@dataclass(frozen=True, slots=True)
class Team:
    """Who answers, how soon each lane should have a reply (``goals``), and who the fans hear of."""

    creator: str
    people: tuple[Person, ...] = ()
    goals: Mapping[Lane, timedelta] = field(default_factory=dict)
    tiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def person_of(self, platform: str, user: str) -> Person | None:
        """Return who this user of a platform is, None for anybody who is not of the team.

        >>> team = Team("Mira", (Person("Ines", accounts=("discord:123",)),))
        >>> team.person_of("discord", "123").name, team.person_of("telegram", "123")
        ('Ines', None)
        """
        account = f"{platform}:{user}"
        return next((person for person in self.people if account in person.accounts), None)

    def owner(self, lane: Lane, topic: str, today: date) -> str:
        """Name who this lane or topic belongs to today, or nobody as ``""`` (P21)."""
        here = [person for person in self.people if person.here(today)]
        by_topic = (person.name for person in here if topic and topic in person.topics)
        by_lane = (person.name for person in here if lane in person.lanes)
        return next(by_topic, "") or next(by_lane, "")


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A help line for people in a crisis. ``checked`` is the day a human last checked it."""

    name: str
    contact: str
    country: str
    language: str
    hours: str
    source: str
    checked: date | None = None

    def fresh(self, today: date) -> bool:
        """Tell whether a human checked this line within 180 days (P20)."""
        return self.checked is not None and timedelta(0) <= today - self.checked <= timedelta(days=180)
