"""One template file: the front matter that routes to it, and the body that answers."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from fanbot.domain.templates import About, Offer, Problem
from fanbot.workspace.document import Document
from fanbot.workspace.patterns import judge
from fanbot.workspace.problems import RefusedFileError, printable
from fanbot.workspace.shape import Shape, Words, fit, names_of
from fanbot.workspace.values import Day, Language, Share
from fanbot.workspace.yaml_document import read_yaml

_FENCE = "---"
_LARGEST_FRONT = 32_000
_FILE = re.compile(r"templates/(?P<id>[a-z0-9][a-z0-9_-]{0,47})(\.(?P<language>[a-z]{2,3}(-[A-Z]{2})?))?\.md")

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,47}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,47}$")]
Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Intake = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _as_pairs(value: object) -> object:
    """Take ``label: template`` for what ``- {label: …, template: …}`` says at length."""
    if isinstance(value, dict):
        return [{"label": label, "template": template} for label, template in value.items()]
    return value


class Choice(Shape):
    """A button below an answer, and the template that it shows."""

    label: Label = Field(description="words of up to 80 characters", examples=["label: Sizes"])
    template: Id = Field(description="the id of a template", examples=["template: sizes"])


class Front(Shape):
    """Everything that may stand above the body."""

    topic: Topic = Field(default="", description="a subject in a word or two", examples=["topic: merch"])
    language: Language | None = Field(
        default=None, description="the language code of this file", examples=["language: en"]
    )
    examples: list[Words] = Field(
        default_factory=list,
        max_length=500,
        description="a list of texts, in quotes where they hold `: ` or `#`",
        examples=['examples: ["when will my hoodie get here"]'],
    )
    patterns: list[Words] = Field(
        default_factory=list,
        max_length=50,
        description="a list of regular expressions in quotes",
        examples=["patterns: ['\\btracking number\\b']"],
    )
    about: About = Field(
        default=About.INFORMATION, description=names_of(About), examples=["about: information"]
    )
    since: Day | None = Field(
        default=None, alias="from", description="a day, written year-month-day", examples=["from: 2027-01-01"]
    )
    until: Day | None = Field(
        default=None, description="a day, written year-month-day", examples=["until: 2027-01-31"]
    )
    platforms: list[Name] = Field(
        default_factory=list,
        max_length=20,
        description="a list of platform names",
        examples=["platforms: [discord, telegram]"],
    )
    min_confidence: Share | None = Field(
        default=None, description="a number from 0 to 1", examples=["min_confidence: 0.8"]
    )
    ask: list[Intake] = Field(
        default_factory=list,
        max_length=3,
        description="up to three short questions",
        examples=["ask: [What is your order number?]"],
    )
    choices: Annotated[list[Choice], BeforeValidator(_as_pairs)] = Field(
        default_factory=list,
        max_length=10,
        description="up to ten labels, each with the id of a template",
        examples=["choices: [{label: Sizes, template: sizes}]"],
    )

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The choices as an answer carries them."""
        return tuple(Offer(choice.label, choice.template) for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Page:
    """A template file that was read; its body begins on line ``body_line``. ``language`` may be ``""``."""

    file: str
    id: str
    language: str
    main: bool
    front: Front
    document: Document
    body: str
    body_line: int


def name_parts(file: str) -> tuple[str, str] | None:
    """Split ``templates/<id>.<language>.md`` into id and language (``""`` for a main file), or None.

    >>> name_parts("templates/merch.es.md"), name_parts("templates/Old Merch.md")
    (('merch', 'es'), None)
    """
    match = _FILE.fullmatch(file)
    return (match["id"], match["language"] or "") if match else None


def read_page(text: str, *, file: str) -> Page:
    """Read a template file; raises RefusedFileError with every problem in its front matter."""
    parts = name_parts(file)
    if parts is None:
        raise RefusedFileError(
            Problem(
                printable(file),
                "a file name that gives no template id",
                "small letters, digits, - and _ before .md, and perhaps a language code",
                example="templates/tour-dates.es.md",
            )
        )
    front_text, body, body_line = _split(text, file=file)
    document = read_yaml(front_text, file=file, first_line=2)
    front = fit(document, Front)
    problems = [*_date_problems(document, front), *_pattern_problems(document, front)]
    id_, language = parts
    if language and front.language not in (None, language):
        problems.append(
            document.problem(
                ("language",), found=f"language: {front.language}", expected=f"{language}, as in its name"
            )
        )
    if not body.strip():
        problems.append(
            Problem(
                file, "no body", "an answer below the second ---", body_line, "Orders leave within 3 days."
            )
        )
    if problems:
        raise RefusedFileError(*problems)
    return Page(file, id_, language or front.language or "", not language, front, document, body, body_line)


def _split(text: str, *, file: str) -> tuple[str, str, int]:
    """Part the front matter from the body; also say on which line the body begins."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        raise RefusedFileError(Problem(file, "no front matter", "--- as the first line", 1, _EXAMPLE))
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE), None)
    if end is None:
        raise RefusedFileError(
            Problem(file, "front matter without an end", "a second line with --- alone", len(lines), _EXAMPLE)
        )
    front = "\n".join(lines[1:end])
    if len(front) > _LARGEST_FRONT:
        raise RefusedFileError(
            Problem(file, "very long front matter", f"at most {_LARGEST_FRONT} characters", 2)
        )
    return front, "\n".join(lines[end + 1 :]), end + 2


_EXAMPLE = '---\\ntopic: merch\\nexamples: ["where is my order"]\\n---\\nOrders leave within 3 days.'


def _date_problems(document: Document, front: Front) -> list[Problem]:
    if front.since and front.until and front.until < front.since:
        found = f"until: {front.until}, before from: {front.since}"
        return [document.problem(("until",), found=found, expected="a day after from")]
    return []


def _pattern_problems(document: Document, front: Front) -> list[Problem]:
    judged = ((place, judge(pattern)) for place, pattern in enumerate(front.patterns))
    return [
        document.problem(
            ("patterns", place),
            found=complaint[0],
            expected=complaint[1],
            example="'\\btracking number\\b'",
        )
        for place, complaint in judged
        if complaint
    ]
