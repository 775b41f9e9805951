"""A workspace that stands still until a test changes it, and short ways to write templates for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from fanbot.domain.people import Person, Team
from fanbot.domain.settings import Settings
from fanbot.domain.templates import Problem, Template, Variant
from fanbot.ports.workspace import Snapshot


class FixedWorkspace:
    """Hold a snapshot; ``change`` lays a new one down for the next refresh."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Begin with this state."""
        self.snapshot = snapshot
        self._next: Snapshot | None = None

    def change(self, snapshot: Snapshot) -> None:
        """Let the folder look like this from now on."""
        self._next = snapshot

    def refresh(self) -> Snapshot | None:
        """Take the change up, if there is one."""
        changed, self._next = self._next, None
        if changed is not None:
            self.snapshot = changed
        return changed

    def problems(self) -> Sequence[Problem]:
        """Return what is wrong with the snapshot."""
        return self.snapshot.problems


def template(name: str, body: str = "", *, promo: str = "", **also: str) -> Template:
    """Write a template whose text names itself, as the checker of the cap expects it.

    ``also`` maps further languages to their bodies.

    >>> template("sizes").variants["en"].body
    'About sizes. [signal:sizes]'
    """
    own = body or f"About {name}. [signal:{name}]"
    offered = f"\n\n{{% promo %}}\n{promo} [promo:{name}]\n{{% endpromo %}}\n" if promo else ""
    bodies: Mapping[str, str] = {"en": own + offered, **also}
    variants = {
        language: Variant(language, (f"an example of {name}",), (), text) for language, text in bodies.items()
    }
    return Template(name, variants, topic=name)


def snapshot_of(templates: Iterable[Template], *, settings: Settings | None = None) -> Snapshot:
    """Make a workspace of these templates, with Juno the artist and Sam of her team."""
    team = Team("Juno", (Person("Juno", role="artist"), Person("Sam"), Person("Kim", role="moderator")))
    return Snapshot(settings or Settings(), team, {each.id: each for each in templates})


def with_problems(snapshot: Snapshot, *problems: Problem) -> Snapshot:
    """Say that these things are wrong with it."""
    return replace(snapshot, problems=problems)
