"""The help lines that a crisis text may name: ``config/help.toml`` (P20)."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from fanbot.domain.people import HelpLine
from fanbot.workspace.problems import Read
from fanbot.workspace.shape import Shape, Words, fit
from fanbot.workspace.toml_document import read_toml
from fanbot.workspace.values import Day, Language

Source = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=500)]


class _Line(Shape):
    name: Words = Field(description="the name of the help line", examples=['name = "Samaritans"'])
    contact: Words = Field(description="how to reach it", examples=['contact = "call or text 988"'])
    country: Words = Field(description="the country it is for", examples=['country = "Ireland"'])
    language: Language = Field(description="a language code", examples=['language = "en"'])
    hours: Words = Field(description="when it answers", examples=['hours = "24/7"'])
    source: Source = Field(description="the page to check it at", examples=['source = "https://…"'])
    checked: Day | None = Field(
        default=None,
        description="the day on which somebody checked it, without quotes",
        examples=["checked = 2026-11-21"],
    )


class _Lines(Shape):
    line: list[_Line] = Field(
        default_factory=list,
        max_length=500,
        description="a section for each help line",
        examples=['[[line]]\\nname = "Samaritans"'],
    )


def read_help(text: str, *, file: str, today: date) -> Read[tuple[HelpLine, ...]]:
    """Read the help lines, also those that nobody has checked yet.

    A check that lies in the future is remarked upon; no line counts as checked by it. Raises
    RefusedFileError with every problem.
    """
    document = read_toml(text, file=file)
    shape = fit(document, _Lines)
    remarks = tuple(
        document.problem(
            ("line", place, "checked"),
            found=f"checked = {line.checked}, a day to come",
            expected="the day on which somebody checked it",
        )
        for place, line in enumerate(shape.line)
        if line.checked and line.checked > today
    )
    return Read(tuple(HelpLine(**dict(line)) for line in shape.line), remarks)
