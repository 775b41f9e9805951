"""Who is at the keyboard."""

from typing import TYPE_CHECKING, Annotated

import typer

from fanbot.cli.plain import whole

if TYPE_CHECKING:
    from fanbot.domain.people import Team

Who = Annotated[
    str,
    typer.Option(
        "--as",
        envvar="FANBOT_ME",
        metavar="NAME",
        show_default="the artist of config/team.toml",
        help="Who you are, as in config/team.toml.",
    ),
]
_TEAM = "team"


def acting(said: str, team: "Team") -> str:
    """Name who acts: as the team writes that name, else the only artist, else the first of the team.

    >>> from fanbot.domain.people import Person, Team
    >>> team = Team("Mira Solane", (Person("Ines", "moderator"), Person("Mira", "artist")))
    >>> acting("ines", team), acting("", team), acting("Zoe", team), acting("", Team("Mira"))
    ('Ines', 'Mira', 'Zoe', 'team')
    """
    said = whole(said).strip()
    if said:
        known = (person.name for person in team.people if person.name.casefold() == said.casefold())
        return next(known, said)
    artists = [person.name for person in team.people if person.role == "artist"]
    if len(artists) == 1:
        return artists[0]
    return team.people[0].name if team.people else _TEAM
