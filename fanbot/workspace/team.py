"""The people who answer: ``config/team.toml``."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fanbot.domain.handoffs import Lane
from fanbot.domain.people import Person, Team, group_of_telegram
from fanbot.domain.templates import Problem
from fanbot.workspace.document import Document
from fanbot.workspace.problems import Read, RefusedFileError
from fanbot.workspace.shape import Shape, Words, fit, names_of
from fanbot.workspace.toml_document import read_toml
from fanbot.workspace.values import Day, Duration

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]

Account = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=120, pattern=r"^[a-z][a-z0-9_-]*:[^\s:][^\s]*$")
]
"""A user of a platform, by the number or name that the platform itself uses."""

NOBODY = Team(creator="the artist")
"""The team of a workspace that names none."""


class _Person(Shape):
    name: Name = Field(description="the name of a person", examples=['name = "Ines"'])
    role: Literal["artist", "moderator", "team"] = Field(
        default="team", description="artist, moderator or team", examples=['role = "moderator"']
    )
    lanes: list[Lane] = Field(
        default_factory=list, description=f"out of {names_of(Lane)}", examples=['lanes = ["order-problem"]']
    )
    topics: list[Words] = Field(
        default_factory=list, description="topics of templates", examples=['topics = ["merch"]']
    )
    absent: list[tuple[Day, Day]] = Field(
        default_factory=list,
        description="first and last days away",
        examples=["absent = [[2026-12-24, 2027-01-02]]"],
    )
    accounts: list[Account] = Field(
        default_factory=list,
        max_length=50,
        description="who they are on the platforms, each as platform:id",
        examples=['accounts = ["discord:123456789012345678", "telegram:987654321"]'],
    )


class _Team(Shape):
    creator: Name = Field(description="the name that fans know", examples=['creator = "Mira Solane"'])
    person: list[_Person] = Field(
        default_factory=list,
        max_length=200,
        description="a section for each person",
        examples=['[[person]]\\nname = "Ines"'],
    )
    goals: dict[Lane, Duration] = Field(
        default_factory=dict,
        description=f"days, hours or minutes for {names_of(Lane)}",
        examples=['complaint = "24h"'],
    )
    tiers: dict[str, list[Words]] = Field(
        default_factory=dict, description="roles for each tier", examples=['patron = ["Lighthouse Keeper"]']
    )


def read_team(text: str, *, file: str) -> Read[Team]:
    """Read the team; raises RefusedFileError with every problem in it."""
    document = read_toml(text, file=file)
    shape = fit(document, _Team)
    checks = (_twins, _turned, _groups, _shared)
    if problems := [problem for check in checks for problem in check(document, shape)]:
        raise RefusedFileError(*problems)
    return Read(
        Team(
            creator=shape.creator,
            people=tuple(
                Person(
                    name=person.name,
                    role=person.role,
                    lanes=tuple(person.lanes),
                    topics=tuple(person.topics),
                    absent=tuple(person.absent),
                    accounts=tuple(person.accounts),
                )
                for person in shape.person
            ),
            goals=dict(shape.goals),
            tiers={tier: tuple(roles) for tier, roles in shape.tiers.items()},
        )
    )


def without_team(*, file: str) -> Read[Team]:
    """Stand in for a team that nobody has named, with a remark."""
    remark = Problem(
        file,
        "no such file",
        "the creator's name and the people who answer",
        example='creator = "Mira Solane"',
        kept=f"Fans read “{NOBODY.creator}” until then.",
    )
    return Read(NOBODY, (remark,))


def _twins(document: Document, shape: _Team) -> list[Problem]:
    names = Counter(person.name for person in shape.person)
    return [
        document.problem(
            ("person", place, "name"),
            found=f"`{person.name}` a second time",
            expected="a name of its own for each person, because items are claimed by name",
            example='name = "Ines K."',
        )
        for place, person in enumerate(shape.person)
        if names[person.name] > 1 and person.name in {earlier.name for earlier in shape.person[:place]}
    ]


def _turned(document: Document, shape: _Team) -> list[Problem]:
    return [
        document.problem(
            ("person", place, "absent"),
            found=f"an absence from {first} to {last}",
            expected="the first day before the last",
            example="absent = [[2026-12-24, 2027-01-02]]",
        )
        for place, person in enumerate(shape.person)
        for first, last in person.absent
        if last < first
    ]


def _groups(document: Document, shape: _Team) -> list[Problem]:
    """Find groups and channels among the accounts: whoever writes in their name would be that person."""
    return [
        document.problem(
            ("person", place, "accounts", number),
            found=f"`{account}`, which is a group or a channel of Telegram",
            expected="a person's id, above 0; whoever writes as a group turns off Remain anonymous",
            example='accounts = ["telegram:987654321"]',
        )
        for place, person in enumerate(shape.person)
        for number, account in enumerate(person.accounts)
        if group_of_telegram(account)
    ]


def _shared(document: Document, shape: _Team) -> list[Problem]:
    """Find accounts that stand with two people: nobody could say who acted."""
    owners: dict[str, str] = {}
    problems = []
    for place, person in enumerate(shape.person):
        for number, account in enumerate(person.accounts):
            if (owner := owners.setdefault(account, person.name)) != person.name:
                problem = document.problem(
                    ("person", place, "accounts", number),
                    found=f"`{account}`, which is {owner}'s already",
                    expected="an account with one person alone, because what is done with it is signed",
                    example='accounts = ["telegram:987654321"]',
                )
                problems.append(problem)
    return problems
