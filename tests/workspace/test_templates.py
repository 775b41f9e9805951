"""A template file becomes an answer, or a problem that says on which line to mend it."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from fanbot.domain.facts import Facts
from fanbot.domain.messages import SignalClass
from fanbot.domain.templates import About, Offer, Problem, Template, Variant
from fanbot.workspace import FolderWorkspace

Write = Callable[[str, str | bytes], Path]
Open = Callable[..., FolderWorkspace]

FULL = r"""---
topic: merch                      # whose lane
examples:
  - when will my hoodie get here
  - "order: where is it"
patterns: ["\\btracking number\\b"]
about: buying
from: 2026-11-01
until: 2027-01-31
platforms: [discord, telegram]
min_confidence: 0.80
ask:
  - What is your order number?
choices:
  Sizes: sizes
---
Orders leave within {{ facts.shop.dispatch_days }} working days.
"""
SIZES = "---\nexamples: [which size fits]\n---\nThey run small.\n"


def front(lines: str) -> str:
    return f"---\n{lines}\n---\nAn answer.\n"


def only_problem(workspace: FolderWorkspace) -> Problem:
    (problem,) = workspace.problems()
    return problem


def test_reads_all_that_a_front_matter_can_say(write: Write, opened: Open) -> None:
    """Everything above the body arrives at the template or its variant."""
    write("templates/orders.md", FULL)
    write("templates/sizes.md", SIZES)
    workspace = opened()
    assert workspace.problems() == ()
    assert workspace.snapshot.templates["orders"] == Template(
        id="orders",
        variants={
            "en": Variant(
                language="en",
                examples=("when will my hoodie get here", "order: where is it"),
                patterns=(r"\btracking number\b",),
                body="Orders leave within {{ facts.shop.dispatch_days }} working days.\n",
                source="templates/orders.md",
                body_line=17,
            )
        },
        topic="merch",
        about=About.BUYING,
        platforms=("discord", "telegram"),
        since=date(2026, 11, 1),
        until=date(2027, 1, 31),
        min_confidence=0.8,
        ask=("What is your order number?",),
        choices=(Offer("Sizes", "sizes"),),
    )


def test_takes_choices_as_a_list_too(write: Write, opened: Open) -> None:
    """The longer way of writing a choice says the same."""
    write(
        "templates/orders.md",
        front("examples: [where]\nchoices:\n  - label: Sizes\n    template: sizes"),
    )
    write("templates/sizes.md", SIZES)
    assert opened().snapshot.templates["orders"].choices == (Offer("Sizes", "sizes"),)


def test_works_without_any_template(opened: Open) -> None:
    """A workspace may start with nothing to answer; everything then waits for a person."""
    workspace = opened()
    assert workspace.snapshot.templates == {}
    assert workspace.problems() == ()


def test_reads_files_from_other_computers(write: Write, opened: Open) -> None:
    """A byte order mark and other line ends change nothing."""
    write("templates/sizes.md", b"\xef\xbb\xbf" + SIZES.replace("\n", "\r\n").encode())
    workspace = opened()
    assert workspace.problems() == ()
    assert workspace.snapshot.templates["sizes"].variants["en"].body == "They run small.\n"


def test_passes_over_what_is_no_template(write: Write, opened: Open) -> None:
    """An editor's own files and a note to colleagues are nobody's answer."""
    write("templates/.sizes.md.swp", "x")
    write("templates/#sizes.md", "x")
    write("templates/sizes.md~", "x")
    write("templates/README.md", "How we write here")
    assert opened().problems() == ()


@pytest.mark.parametrize(
    ("lines", "line", "found"),
    [
        ("topic: merch\nexample: [where]", 3, "the key `example`"),
        ("topic: [merch]\nexamples: [where]", 2, "topic: a list"),
        ("examples: where is it", 2, 'examples: "where is it"'),
        ("examples:\n  - where\n  - order: here", 4, "examples[1]: a table"),
        ("examples:\n  - where\n  -", 4, "examples[1]: nothing"),
        ("about: sales", 2, 'about: "sales"'),
        ("from: soon", 2, 'from: "soon"'),
        ("until: 2027-02-30", 2, 'until: "2027-02-30"'),
        ("from: 2027-01-02\nuntil: 2027-01-01", 3, "until: 2027-01-01, before from: 2027-01-02"),
        ("min_confidence: 80", 2, "min_confidence: 80"),
        ("min_confidence: true", 2, "min_confidence: true"),
        ("platforms: telegram", 2, 'platforms: "telegram"'),
        ("ask: [a, b, c, d]", 2, "ask: a list"),
        ("choices:\n  - label: Sizes", 3, "no `template`"),
        ("choices: sizes", 2, 'choices: "sizes"'),
        ('patterns: ["\\\\bok\\\\b", "(a+)+"]', 2, "a repeat inside a repeat"),
        ('patterns:\n  - "ok"\n  - "["', 4, "a pattern that cannot be read (unterminated character set)"),
        ('patterns: ["x*"]', 2, "a pattern that fits every text"),
        ("topic: merch\ntopic: tour", 3, "`topic` a second time"),
        ("examples: &all [where]\npatterns: *all", 2, "an anchor or alias (& or *)"),
        ("topic: !!python/object:os.system x", 2, "the tag tag:yaml.org,2002:python/object:os.system"),
        ("- topic", 2, "no map"),
        ("topic: " + "[" * 300, 2, "too many levels inside each other"),
        ("topic: a: b", 2, "something that is not YAML (mapping values are not allowed here)"),
    ],
)
def test_names_the_line_of_a_mistake_in_the_front_matter(
    write: Write, opened: Open, lines: str, line: int, found: str
) -> None:
    """Each mistake is named on its own line, with what was found there, and is not published."""
    write("templates/shipping.md", front(lines))
    workspace = opened()
    problem = only_problem(workspace)
    assert (problem.file, problem.line, problem.found) == ("templates/shipping.md", line, found)
    assert problem.expected
    assert problem.kept == "This file answers nobody until then."
    assert workspace.snapshot.templates == {}


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        (b"Just text.\n", 1, "no front matter"),
        (b"---\ntopic: merch\nAn answer.\n", 4, "front matter without an end"),
        (b"---\nexamples: [where]\n---\n  \n", 4, "no body"),
        (b"", 1, "no front matter"),
        (b"---\nexamples: [where]\n---\nCaf\xe9\n", 4, "the byte 0xe9"),
        (b"---\nexamples: [where]\n---\nA \x00 B\n", 4, "the control character U+0000"),
        (b"---\n" + b"# x\n" * 20_000 + b"---\nAn answer.\n", 2, "very long front matter"),
        (b"x" * 10_000_000, None, "more than 128 KB"),
    ],
)
def test_names_what_is_wrong_with_a_file_as_a_whole(
    write: Write, opened: Open, content: bytes, line: int | None, found: str
) -> None:
    """A file that is no template at all stops nothing else."""
    write("templates/shipping.md", content)
    write("templates/sizes.md", SIZES)
    workspace = opened()
    problem = only_problem(workspace)
    assert (problem.file, problem.line, problem.found) == ("templates/shipping.md", line, found)
    assert list(workspace.snapshot.templates) == ["sizes"]


def test_follows_no_link_out_of_the_workspace(
    tmp_path: Path, folder: Path, write: Write, opened: Open
) -> None:
    """A link to a file elsewhere shows nobody what stands in it; one inside the workspace is fine."""
    (tmp_path / "private.md").write_text(SIZES)
    (folder / "templates" / "leak.md").symlink_to(tmp_path / "private.md")
    (folder / "templates" / "fits.md").symlink_to(write("templates/sizes.md", SIZES))
    (folder / "templates" / "nowhere.md").symlink_to(folder / "missing.md")
    workspace = opened()
    assert sorted(workspace.snapshot.templates) == ["fits", "sizes"]
    assert [problem.file for problem in workspace.problems()] == ["templates/leak.md", "templates/nowhere.md"]
    assert workspace.problems()[0].found == "a link that leads out of the workspace"


def test_waits_for_no_pipe(folder: Path, opened: Open) -> None:
    """Something that is no file is named, instead of waiting for words from it."""
    import os

    os.mkfifo(folder / "templates" / "pipe.md")
    (folder / "templates" / "folder.md").mkdir()
    assert len(opened().problems()) == 2


def test_names_a_file_that_gives_no_id(write: Write, opened: Open) -> None:
    """An id is what buttons and reports say, so it is held to plain letters."""
    write("templates/Wo ist\x1b mein Hoodie.md", SIZES)
    problem = only_problem(opened())
    assert problem.file == "templates/Wo ist\\x1b mein Hoodie.md"
    assert problem.example == "templates/tour-dates.es.md"


def test_remarks_on_a_template_that_nothing_leads_to(write: Write, opened: Open) -> None:
    """Without examples, patterns or a choice only a command can reach it; it is published all the same."""
    write("templates/privacy.md", "---\ntopic: community\n---\nWe keep what you write.\n")
    workspace = opened()
    assert only_problem(workspace).found == "no examples and no patterns"
    assert list(workspace.snapshot.templates) == ["privacy"]


def test_counts_a_choice_as_a_way_to_a_template(write: Write, opened: Open) -> None:
    """What a choice of another answer leads to needs no examples of its own."""
    write("templates/orders.md", front("examples: [where]\nchoices: {Sizes: sizes}"))
    write("templates/sizes.md", front("topic: merch"))
    assert opened().problems() == ()


def test_leaves_out_a_choice_that_leads_nowhere(write: Write, opened: Open) -> None:
    """A fan is offered no button without an answer behind it; a later file brings it back."""
    write("templates/orders.md", front("examples: [where]\nchoices:\n  Dates: tour\n  Sizes: sizes"))
    write("templates/sizes.md", SIZES)
    workspace = opened()
    problem = only_problem(workspace)
    assert (problem.line, problem.kept) == (4, "The answer goes out without this choice.")
    assert workspace.snapshot.templates["orders"].choices == (Offer("Sizes", "sizes"),)
    write("templates/tour.md", front("examples: [when do you play]"))
    workspace.refresh()
    assert workspace.problems() == ()
    assert len(workspace.snapshot.templates["orders"].choices) == 2


def test_joins_the_variants_of_an_id(write: Write, opened: Open) -> None:
    """Each language has its own examples and body; the main file holds the rest for all."""
    write("config/fanbot.toml", '[workspace]\nlanguage = "de"\n')
    write("templates/sizes.md", "---\ntopic: merch\nexamples: [welche größe]\n---\nFällt klein aus.\n")
    write("templates/sizes.pt-BR.md", "---\nexamples: [qual tamanho]\n---\nVeste pequeno.\n")
    workspace = opened()
    template = workspace.snapshot.templates["sizes"]
    assert workspace.problems() == ()
    assert template.topic == "merch"
    assert {language: variant.source for language, variant in template.variants.items()} == {
        "de": "templates/sizes.md",
        "pt-BR": "templates/sizes.pt-BR.md",
    }


def test_lets_a_main_file_name_its_language(write: Write, opened: Open) -> None:
    """A team that moves to another language keeps its old answers under their own."""
    write("config/fanbot.toml", '[workspace]\nlanguage = "es"\n')
    write("templates/sizes.md", front("language: en\nexamples: [which size]"))
    write("templates/sizes.es.md", front("examples: [qué talla]"))
    workspace = opened()
    assert sorted(workspace.snapshot.templates["sizes"].variants) == ["en", "es"]
    assert workspace.problems() == ()


def test_names_a_variant_without_a_main_file(write: Write, opened: Open) -> None:
    """A translation of nothing is a problem until the main file is there."""
    write("templates/sizes.es.md", SIZES)
    workspace = opened()
    assert only_problem(workspace).found == "a variant without templates/sizes.md"
    assert workspace.snapshot.templates == {}
    write("templates/sizes.md", SIZES)
    workspace.refresh()
    assert workspace.problems() == ()
    assert sorted(workspace.snapshot.templates["sizes"].variants) == ["en", "es"]


def test_remarks_where_a_variant_says_otherwise(write: Write, opened: Open) -> None:
    """What holds for every language stands in the main file; a copy of it is fine, another word is not."""
    write("templates/sizes.md", front("topic: merch\nabout: buying\nexamples: [size]"))
    write("templates/sizes.es.md", front("about: buying\ntopic: ropa\nexamples: [talla]"))
    write("templates/sizes.en.md", front("examples: [fit]"))
    workspace = opened()
    assert [(problem.file, problem.line, problem.found) for problem in workspace.problems()] == [
        ("templates/sizes.en.md", None, "a variant in the language of templates/sizes.md"),
        ("templates/sizes.es.md", 3, "another `topic` than in templates/sizes.md"),
    ]
    assert workspace.snapshot.templates["sizes"].topic == "merch"
    assert workspace.snapshot.templates["sizes"].variants["en"].examples == ("size",)


def test_publishes_no_body_that_the_check_refuses(write: Write, opened: Open) -> None:
    """A body is judged with the facts at hand; the sound variants of the same answer are published."""
    asked: list[tuple[str, str, object]] = []

    def check(template: Template, variant: Variant, /, *, facts: Facts) -> Sequence[Problem]:
        asked.append((template.topic, variant.language, facts.tree.get("city")))
        found = Problem(variant.source, "{{", "}}", variant.body_line)
        return [found] if "{{" in variant.body else []

    write("config/facts.yaml", "city: Glasgow\n")
    write("templates/sizes.md", front("topic: merch\nexamples: [size]"))
    write("templates/sizes.es.md", "---\nexamples: [talla]\n---\n{{ oh\n")
    workspace = opened(check=check)
    assert sorted(asked) == [("merch", "en", "Glasgow"), ("merch", "es", "Glasgow")]
    assert only_problem(workspace) == Problem(
        "templates/sizes.es.md", "{{", "}}", 4, kept="This file answers nobody until then."
    )
    assert list(workspace.snapshot.templates["sizes"].variants) == ["en"]


def test_survives_a_check_that_fails(write: Write, opened: Open) -> None:
    """A body on which the check itself breaks is not published, and nothing else stops (G7)."""

    def check(template: Template, variant: Variant, /, *, facts: Facts) -> Sequence[Problem]:
        raise ZeroDivisionError

    write("templates/sizes.md", SIZES)
    workspace = opened(check=check)
    assert only_problem(workspace).found == "something unforeseen (ZeroDivisionError)"
    assert workspace.snapshot.templates == {}


def test_counts_hidden_promotion_as_noise(write: Write, opened: Open) -> None:
    """Promotional wording outside a promo block is published, remarked upon and charged to the cap (P3)."""
    write("templates/sizes.md", front("examples: [size]"))
    write("templates/sizes.es.md", "---\nexamples: [talla]\n---\nCompra ya.\n")
    write("templates/shop.md", "---\nabout: buying\nexamples: [where to buy]\n---\nCompra ya.\n")
    workspace = opened(promotional=lambda body: "Compra" in body)
    templates = workspace.snapshot.templates
    assert templates["sizes"].signal is SignalClass.NOISE
    assert templates["shop"].signal is SignalClass.SIGNAL
    problem = only_problem(workspace)
    assert (problem.file, problem.line) == ("templates/sizes.es.md", 4)
