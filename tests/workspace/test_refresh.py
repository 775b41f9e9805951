"""An edit is taken up at once, and a broken one keeps what was good."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from fanbot.domain.facts import Facts
from fanbot.domain.templates import Problem, Template, Variant
from fanbot.workspace import FolderWorkspace

Write = Callable[[str, str | bytes], Path]
Open = Callable[..., FolderWorkspace]

LAST_GOOD = "The version from 2026-11-21 12:00 goes on answering."


def bodies(workspace: FolderWorkspace) -> dict[str, str]:
    """The first line that each template says in the workspace's language."""
    templates = workspace.snapshot.templates
    return {id_: template.variants["en"].body.split("\n")[0] for id_, template in templates.items()}


def test_says_nothing_while_nothing_changes(write: Write, opened: Open, shipping: str, folder: Path) -> None:
    """A refresh of the same files gives no new state, also after a file was only touched."""
    path = write("templates/shipping.md", shipping)
    workspace = opened()
    before = workspace.snapshot
    assert workspace.refresh() is None
    path.touch()
    (folder / "notes.txt").write_text("not ours")
    assert workspace.refresh() is None
    assert workspace.snapshot is before


def test_takes_up_new_changed_and_deleted_templates(write: Write, opened: Open, shipping: str) -> None:
    """The returned state is the one that holds from then on."""
    path = write("templates/shipping.md", shipping)
    workspace = opened()
    write("templates/shipping.md", shipping.replace("Orders", "Parcels"))
    write("templates/sizes.md", "---\nexamples: [size]\n---\nSmall.\n")
    state = workspace.refresh()
    assert state is workspace.snapshot
    assert bodies(workspace) == {
        "shipping": "Parcels leave within {{ facts.shop.days }} working days.",
        "sizes": "Small.",
    }
    path.unlink()
    workspace.refresh()
    assert list(workspace.snapshot.templates) == ["sizes"]


def test_keeps_the_last_good_version_of_a_broken_template(write: Write, opened: Open, shipping: str) -> None:
    """Fans go on getting the answer that was right, and the editor is told of both."""
    write("templates/shipping.md", shipping)
    workspace = opened()
    write("templates/shipping.md", shipping.replace("topic", "topics"))
    assert workspace.refresh() is not None
    (problem,) = workspace.problems()
    assert (problem.line, problem.expected, problem.kept) == (2, "`topic`", LAST_GOOD)
    assert bodies(workspace) == {"shipping": "Orders leave within {{ facts.shop.days }} working days."}
    write("templates/shipping.md", shipping.replace("Orders", "Parcels"))
    workspace.refresh()
    assert workspace.problems() == ()
    assert bodies(workspace)["shipping"].startswith("Parcels")


def test_recovers_from_a_file_that_was_half_written(write: Write, opened: Open, shipping: str) -> None:
    """An editor that saves in steps shows as a problem for a moment and changes no answer."""
    write("templates/shipping.md", shipping)
    workspace = opened()
    answers = workspace.snapshot.templates
    for length in (0, 3, 20, shipping.index("Orders")):
        write("templates/shipping.md", shipping[:length])
        workspace.refresh()
        assert workspace.snapshot.templates == answers
        assert [problem.kept for problem in workspace.problems()] == [LAST_GOOD]
    write("templates/shipping.md", shipping)
    workspace.refresh()
    assert (workspace.snapshot.templates, workspace.problems()) == (answers, ())


def test_keeps_a_variant_that_the_check_refuses_anew(write: Write, opened: Open, shipping: str) -> None:
    """Each language keeps its own last good version."""

    def check(template: Template, variant: Variant, /, *, facts: Facts) -> Sequence[Problem]:
        return [Problem(variant.source, "{{", "}}")] if "{{ oh" in variant.body else []

    write("templates/shipping.md", shipping)
    write("templates/shipping.es.md", "---\nexamples: [envío]\n---\nSale en 3 días.\n")
    workspace = opened(check=check)
    write("templates/shipping.es.md", "---\nexamples: [envío]\n---\n{{ oh\n")
    write("templates/shipping.md", shipping.replace("Orders", "Parcels"))
    workspace.refresh()
    variants = workspace.snapshot.templates["shipping"].variants
    assert variants["es"].body == "Sale en 3 días.\n"
    assert variants["en"].body.startswith("Parcels")
    assert [problem.kept for problem in workspace.problems()] == [LAST_GOOD.replace("12:00", "12:01")]


def test_checks_templates_again_when_the_facts_change(write: Write, opened: Open, shipping: str) -> None:
    """A fact that goes away shows at the templates that say it; a fact that comes lets one be published."""

    def check(template: Template, variant: Variant, /, *, facts: Facts) -> Sequence[Problem]:
        return [] if "shop" in facts.tree else [Problem(variant.source, "facts.shop", "a known fact")]

    write("templates/shipping.md", shipping)
    workspace = opened(check=check)
    assert workspace.snapshot.templates == {}
    write("config/facts.yaml", "shop: {days: 3}\n")
    workspace.refresh()
    assert (list(workspace.snapshot.templates), workspace.problems()) == (["shipping"], ())
    write("config/facts.yaml", "tour: {days: 3}\n")
    workspace.refresh()
    assert list(workspace.snapshot.templates) == ["shipping"]
    assert workspace.problems()[0].kept == (
        "The template stays published; what it cannot say goes to a person."
    )


def test_keeps_the_last_good_facts_team_and_voice(write: Write, opened: Open) -> None:
    """Every other file is kept in the same way, each for itself."""
    write("config/facts.yaml", "city: Glasgow\n")
    write("config/team.toml", 'creator = "Mira"\n')
    write("config/voice.toml", 'signature = "crew"\n')
    workspace = opened()
    good = workspace.snapshot
    write("config/facts.yaml", "city: [\n")
    write("config/team.toml", "creator = \n")
    write("config/voice.toml", b"\xff")
    workspace.refresh()
    assert replace(workspace.snapshot, problems=()) == good
    assert [(problem.file, problem.kept) for problem in workspace.problems()] == [
        ("config/facts.yaml", "The version from 2026-11-21 12:00 stays in use."),
        ("config/team.toml", "The version from 2026-11-21 12:01 stays in use."),
        ("config/voice.toml", "The version from 2026-11-21 12:02 stays in use."),
    ]


def test_starts_without_what_is_broken(write: Write, opened: Open, shipping: str) -> None:
    """At the first start a broken file is left out and everything else works."""
    write("config/facts.yaml", "city: [\n")
    write("config/events.ics", "hello")
    write("templates/broken.md", "hello")
    write("templates/shipping.md", shipping)
    workspace = opened()
    assert list(workspace.snapshot.templates) == ["shipping"]
    assert workspace.snapshot.facts == Facts()
    assert [problem.file for problem in workspace.problems()] == [
        "config/events.ics",
        "config/facts.yaml",
        "templates/broken.md",
    ]


def test_drops_what_a_deleted_file_said(write: Write, opened: Open, folder: Path) -> None:
    """A file that its owner deleted counts no more."""
    write("config/facts.yaml", "city: Glasgow\n")
    write("texts/en.toml", 'hello = "Hello"\n')
    workspace = opened()
    (folder / "config" / "facts.yaml").unlink()
    (folder / "texts" / "en.toml").unlink()
    workspace.refresh()
    assert (workspace.snapshot.facts, workspace.snapshot.texts) == (Facts(), {})


def test_keeps_the_settings_that_it_started_with(write: Write, opened: Open) -> None:
    """Changed settings wait for the next start, and broken ones do no harm until then."""
    write("config/fanbot.toml", "[signal]\nshare = 0.1\n")
    workspace = opened()
    started = workspace.snapshot.settings
    write("config/fanbot.toml", "[signal]\nshare = 0.2\n")
    write("config/secrets.toml", '[adapters.telegram]\ntoken = "1:hunter2"\n')
    workspace.refresh()
    (problem,) = workspace.problems()
    assert problem.found == "changed settings (signal, adapters)"
    assert problem.kept == "fanbot goes on with the settings that it started with."
    write("config/secrets.toml", "token = 1:hunter2")
    workspace.refresh()
    (problem,) = workspace.problems()
    assert (problem.file, problem.line) == ("config/secrets.toml", 1)
    assert "hunter2" not in str(problem)
    assert workspace.snapshot.settings == started
    write("config/fanbot.toml", "[signal]\nshare = 0.10\n")
    write("config/secrets.toml", "# none\n")
    workspace.refresh()
    assert workspace.problems() == ()


def test_keeps_everything_while_the_folder_is_gone(
    write: Write, opened: Open, shipping: str, folder: Path, tmp_path: Path
) -> None:
    """A folder that vanishes or turns into something else is one problem, and comes back as if never gone."""
    write("templates/shipping.md", shipping)
    workspace = opened()
    good = workspace.snapshot
    folder.rename(tmp_path / "away")
    workspace.refresh()
    assert [problem.file for problem in workspace.problems()] == [str(folder)]
    assert workspace.snapshot.templates == good.templates
    assert workspace.refresh() is None
    folder.write_text("a file in its place")
    assert workspace.refresh() is not None
    folder.unlink()
    (tmp_path / "away").rename(folder)
    assert workspace.refresh() == good
    assert workspace.problems() == ()


def test_keeps_the_templates_when_their_whole_folder_is_gone(
    write: Write, opened: Open, shipping: str, folder: Path
) -> None:
    """A missing room is taken for an accident, and an empty one for a decision."""
    write("templates/shipping.md", shipping)
    workspace = opened()
    (folder / "templates").rename(folder / "elsewhere")
    workspace.refresh()
    assert list(workspace.snapshot.templates) == ["shipping"]
    assert "templates/ is gone" in workspace.problems()[0].found
    (folder / "templates").mkdir()
    workspace.refresh()
    assert (workspace.snapshot.templates, workspace.problems()) == ({}, ())
