"""The creator's own words for built-in texts: ``texts/<language>.toml``."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from fanbot.domain.templates import Problem
from fanbot.domain.voice import VoiceProfile
from fanbot.policy.voice import check
from fanbot.workspace.document import Document
from fanbot.workspace.problems import Read, RefusedFileError, printable, shown
from fanbot.workspace.toml_document import read_toml
from fanbot.workspace.values import parse_language

_LONGEST = 4_000
_EXAMPLE = 'greeting = "Hello"'

TextFaults = Callable[[Mapping[str, Mapping[str, str]]], Iterable[tuple[str, str]]]
"""Judge texts by language and key; yield what was found and what is expected instead."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language by their keys, with where each stands."""

    language: str
    texts: Mapping[str, str]
    document: Document


def read_texts(text: str, *, file: str) -> Read[Wording]:
    """Read one language's texts; raises RefusedFileError with every problem in them."""
    language = file.removeprefix("texts/").removesuffix(".toml")
    try:
        parse_language(language)
    except ValueError as error:
        found, expected = "a file name that is no language code", "a code such as en, es or de"
        raise RefusedFileError(Problem(printable(file), found, expected, example="texts/es.toml")) from error
    document = read_toml(text, file=file)
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for key, value in _flat(document.data):
        if isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST:
            texts[key] = value.strip()
        else:
            path = tuple(key.split("."))
            found = f"{printable(key)} = {shown(value)}"
            expected = f"a text of up to {_LONGEST} characters"
            problems.append(document.problem(path, found=found, expected=expected, example=_EXAMPLE))
    if problems:
        raise RefusedFileError(*problems)
    return Read(Wording(language, texts, document))


def speakable(wording: Wording, voice: VoiceProfile, *, faults: TextFaults) -> Read[Mapping[str, str]]:
    """Leave out the texts that cannot be said, or break what fans are owed (P1, P16, P18), each remarked."""
    texts: dict[str, str] = {}
    remarks: list[Problem] = []
    for key, text in wording.texts.items():
        wrong = [
            *faults({wording.language: {key: text}}),
            *(
                (
                    f"“{finding.phrase}” in {key} ({finding.rule})",
                    f"other words: {finding.advice}".rstrip("."),
                )
                for finding in check(text, language=wording.language, extra=voice.forbidden)
            ),
        ]
        if not wrong:
            texts[key] = text
        for found, expected in wrong:
            remark = wording.document.problem(
                tuple(key.split(".")), found=printable(found, limit=120), expected=expected
            )
            remarks.append(replace(remark, kept="The built-in text stays in use."))
    return Read(texts, tuple(remarks))


def _flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """Yield ``a.b`` for a key in a table, so that a dotted key may stand without quotes."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
