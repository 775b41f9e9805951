"""What keeps a template from being published: its form, and words that no fan should read (P1, P16, P18)."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from fanbot.domain.facts import Facts
from fanbot.domain.templates import Problem, Template, Variant
from fanbot.policy.voice import check as voice_check

FormCheck = Callable[..., Sequence[Problem]]
_MARKS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def publication_check(form: FormCheck) -> FormCheck:
    """Put the check of a template's form and the check of its words together."""

    def check(template: Template, variant: Variant, *, facts: Facts) -> Sequence[Problem]:
        return tuple(chain(form(template, variant, facts=facts), _misheard(variant)))

    return check


def _misheard(variant: Variant) -> Iterator[Problem]:
    """Yield a problem for every phrase that fans hear otherwise than it is meant."""
    words = _MARKS.sub(lambda mark: "\n" * mark.group().count("\n"), variant.body)
    for finding in voice_check(words, language=variant.language):
        before = words.casefold().partition(finding.phrase.casefold().partition(" ")[0])[0]
        yield Problem(
            variant.source,
            found=f'the words "{finding.phrase}"',
            expected=finding.advice.rstrip("."),
            line=variant.body_line + before.count("\n"),
        )
