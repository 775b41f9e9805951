"""``fanbot init``: a new workspace to start from."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from fanbot.cli.password import new_password
from fanbot.cli.plain import whole
from fanbot.cli.saying import say

New = Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.", show_default=False)]
Defaults = Annotated[bool, typer.Option("--defaults", help="Ask nothing; take the sample as it is.")]
Creator = Annotated[
    str | None, typer.Option(metavar="NAME", help="The name that fans know.", show_default=False)
]
Language = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="The language of most answers: en, es or de.", show_default=False),
]
Timezone = Annotated[
    str | None, typer.Option(metavar="ZONE", help="Your zone, as Continent/City.", show_default=False)
]


def init(
    target: New,
    defaults: Defaults = False,
    creator: Creator = None,
    language: Language = None,
    timezone: Timezone = None,
) -> None:
    """Make a new workspace: a folder with sample settings and answers that you change to your own."""
    from fanbot import bootstrap
    from fanbot.workspace import starter

    source = starter.starter_source()
    sample = bootstrap.open_workspace(source).snapshot
    zone = sample.settings.timezone.key
    asking = not defaults and sys.stdin.isatty()
    answers = starter.StarterAnswers(
        creator=_answer(creator, "What name do fans know you by?", sample.team.creator, asking=asking),
        language=_answer(
            language, "Most answers are in (en, es, de)", sample.settings.language, asking=asking
        ),
        timezone=_answer(timezone, "Your time zone (Continent/City)", zone, asking=asking),
    )
    files = starter.create(target, source=source, answers=answers)
    say(_next_steps(target, count=len(files), password=_password(target)))


def _answer(given: str | None, question: str, default: str, *, asking: bool) -> str:
    if given is not None or not asking:
        return whole(given or default).strip()
    return whole(str(typer.prompt(question, default=default))).strip()


def _password(target: Path) -> str:
    """Make the password of the team's page, where what it takes is installed."""
    try:
        made = new_password(target)
    except ImportError:
        return (
            "fanbot's page for the team is not installed; pip install 'fanbot[console]', then fanbot password"
        )
    return f"Its password is {made} (shown only now; `fanbot password` makes another)"


def _next_steps(target: Path, *, count: int, password: str) -> str:
    place = f" --workspace {shlex.quote(str(target))}"
    return f"""A workspace with {count} files is in {target}. Next:

  1. Talk to it as a fan would:          fanbot try{place}
  2. Make it yours: config/facts.yaml, config/team.toml, and one file an answer in templates/
  3. See what is still missing:          fanbot doctor{place}
  4. Bring in a bot of yours:            fanbot discord setup{place}
                                         fanbot telegram setup{place}
  5. Answer fans on your platforms:      fanbot run{place}
     Your team's page is then at http://127.0.0.1:8080 on this computer.
     {password}

Every name, date, link and help line in it is a sample until you change or check it."""
