"""Match the patterns that editors write for the impatient."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fanbot.domain.decisions import Match
from fanbot.domain.templates import Template
from fanbot.errors import TemplateError
from fanbot.understanding.normal import fold_accents


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns of all templates; ``gate`` finds a text in which none of the joined ones hits.

    A pattern with groups that are numbered or named cannot be joined and stands in ``alone``.
    """

    gate: re.Pattern[str] | None
    joined: tuple[tuple[str, str, re.Pattern[str]], ...]
    alone: tuple[tuple[str, str, re.Pattern[str]], ...]

    @classmethod
    def compile(cls, templates: Sequence[Template]) -> "Patterns":
        """Compile every pattern; raises TemplateError for one that is no regular expression."""
        every = [
            (template.id, pattern, _compile(template.id, pattern))
            for template in templates
            for variant in template.variants.values()
            for pattern in variant.patterns
        ]
        joined = tuple(each for each in every if _can_be_joined(each[2]))
        gate = "|".join(f"(?:{each.pattern})" for _, _, each in joined)
        return cls(
            gate=re.compile(gate, re.IGNORECASE) if gate else None,
            joined=joined,
            alone=tuple(each for each in every if not _can_be_joined(each[2])),
        )

    def match(self, normal: str) -> tuple[Match, ...]:
        r"""Return one exact match for each template with a pattern that hits the normalised text.

        >>> from fanbot.domain.templates import Variant
        >>> tour = Template("tour", {"en": Variant("en", (), (r"\btour dates\b",), "")})
        >>> [match.template for match in Patterns.compile([tour]).match("TOUR dates?")]
        ['tour']
        """
        candidates = self.alone
        if self.gate and self.gate.search(normal):
            candidates = self.joined + candidates
        hits: dict[str, str] = {}
        for template, written, pattern in candidates:
            if template not in hits and pattern.search(normal):
                hits[template] = written
        return tuple(
            Match(template=template, confidence=1.0, threshold=1.0, evidence=written, exact=True)
            for template, written in hits.items()
        )


def _compile(template: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(fold_accents(pattern), re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise TemplateError(
            f"Template {template}: the pattern {pattern!r} cannot be read: {error}."
        ) from error


def _can_be_joined(pattern: re.Pattern[str]) -> bool:
    """Tell whether a pattern means the same inside a larger one."""
    return pattern.groups == 0 and pattern.flags == re.IGNORECASE | re.UNICODE
