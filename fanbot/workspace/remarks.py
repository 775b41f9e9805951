"""What an editor should know about templates that are published all the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fanbot.domain.templates import Problem, Template
from fanbot.workspace.frontmatter import Page

LEFT_OUT = "This file answers nobody until then."
_PUBLISHED = "It is published as it is."
_MAIN_DECIDES = ("topic", "about", "since", "until", "platforms", "min_confidence", "ask")


def without_main(page: Page) -> Problem:
    """Say that a variant has nothing that it is a variant of."""
    return Problem(
        page.file,
        f"a variant without templates/{page.id}.md",
        f"templates/{page.id}.md, which holds the topic and the rest for every language",
        kept=LEFT_OUT,
    )


def on_pages(pages: Sequence[Page], *, promoting: Sequence[Page], language: str) -> Iterator[Problem]:
    """Remark on the pages of one template; ``language`` is spoken by a main page that names none."""
    main = next(page for page in pages if page.main)
    for page in promoting:
        yield Problem(
            page.file,
            "promotional wording outside a promo block",
            "such wording between {% promo %} and {% endpromo %}",
            page.body_line,
            kept="The whole answer counts as promotion until then.",
        )
    for page in pages:
        if not page.main and page.language == (main.language or language):
            yield Problem(
                page.file,
                f"a variant in the language of {main.file}",
                f"another language, or `language` in the front matter of {main.file}",
                kept=f"{main.file} answers.",
            )
        elif not page.main:
            yield from _differences(page, main)


def _differences(page: Page, main: Page) -> Iterator[Problem]:
    for name in _MAIN_DECIDES:
        if name in page.front.model_fields_set and getattr(page.front, name) != getattr(main.front, name):
            key = "from" if name == "since" else name
            problem = page.document.problem(
                (key,),
                found=f"another `{key}` than in {main.file}",
                expected=f"it in {main.file} alone, which decides for every language",
            )
            yield replace(problem, kept=_PUBLISHED)


def on_choices(templates: Mapping[str, Template], mains: Mapping[str, Page]) -> Iterator[Problem]:
    """Remark on choices that lead nowhere."""
    for id_, page in mains.items():
        for place, offer in enumerate(templates[id_].choices):
            if offer.template not in templates:
                listed = ("choices", place, "template")
                problem = page.document.problem(
                    listed if listed in page.document.places else ("choices", offer.label),
                    found=f"a choice of `{offer.template}`, which is no template that answers",
                    expected="the id of a template: its file's name without .md",
                )
                yield replace(problem, kept="The answer goes out without this choice.")


def on_unreached(templates: Mapping[str, Template]) -> Iterator[Problem]:
    """Remark on templates that neither a message nor a choice leads to."""
    reached = {offer.template for template in templates.values() for offer in template.choices}
    for id_, template in templates.items():
        variants = template.variants.values()
        if id_ not in reached and not any(variant.examples or variant.patterns for variant in variants):
            yield Problem(
                f"templates/{id_}.md",
                "no examples and no patterns",
                "what fans write when they want to know this",
                2,
                'examples: ["when will my hoodie get here"]',
                f"{_PUBLISHED} Only a command can reach it.",
            )
