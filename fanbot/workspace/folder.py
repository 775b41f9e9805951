"""A creator's folder as one consistent state, read again whenever a file in it changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from fanbot.domain.settings import Settings
from fanbot.domain.templates import Problem
from fanbot.errors import WorkspaceError
from fanbot.ports.workspace import Snapshot
from fanbot.workspace.config import Config
from fanbot.workspace.files import Listing, look_around, read_text
from fanbot.workspace.keeping import LARGEST, LastGood
from fanbot.workspace.problems import Read, RefusedFileError, read_safely
from fanbot.workspace.settings import SECRETS_FILE, SETTINGS_FILE, read_settings
from fanbot.workspace.templates import Check, TemplateShelf
from fanbot.workspace.texts import TextFaults, Wording, read_texts, speakable
from fanbot.workspace.toml_document import read_toml

_NEEDED = frozenset({"config", "templates"})
_SETTINGS = (SETTINGS_FILE, SECRETS_FILE)
_STARTED = "fanbot goes on with the settings that it started with."


def open_workspace(
    folder: Path,
    *,
    environment: Mapping[str, str],
    today: Callable[[], date],
    check: Check = lambda _template, _variant, **_facts: (),
    promotional: Callable[[str], bool] = lambda _body: False,
    text_faults: TextFaults = lambda _own: (),
) -> "FolderWorkspace":
    """Open a creator's folder.

    ``check`` judges a variant's body, ``promotional`` tells whether a body promotes outside its
    promo blocks, ``text_faults`` judges texts that replace built-in ones.
    Raises WorkspaceError when the folder is no workspace, and with every problem in its settings;
    anything else that is wrong is left out and stands in ``problems()``.
    """
    try:
        listing = look_around(folder)
    except OSError as error:
        raise WorkspaceError(
            f"{folder} cannot be opened ({error.strerror}). Nothing was changed. "
            f"To make a new workspace there: fanbot init {folder}"
        ) from error
    if not listing.rooms & _NEEDED:
        raise WorkspaceError(
            f"{folder} is no workspace: it holds neither config/ nor templates/. Nothing was changed. "
            "To make a new workspace: fanbot init NAME"
        )
    settings = _read_settings(folder, listing, environment)
    shelf = TemplateShelf(
        language=settings.language, zone=settings.timezone, check=check, promotional=promotional
    )
    return FolderWorkspace(
        folder,
        listing=listing,
        settings=settings,
        environment=dict(environment),
        shelf=shelf,
        today=today,
        text_faults=text_faults,
    )


def _read_settings(folder: Path, listing: Listing, environment: Mapping[str, str]) -> Settings:
    documents = [
        read_toml(read_text(folder, name, limit=LARGEST), file=name, secret=name == SECRETS_FILE)
        for name in (SETTINGS_FILE, SECRETS_FILE)
        if name in listing.stamps
    ]
    return read_settings(documents, environment, folder=folder.resolve())


class FolderWorkspace:
    """The folder behind ``ports.workspace.Workspace``; made by ``open_workspace``."""

    def __init__(
        self,
        folder: Path,
        *,
        listing: Listing,
        settings: Settings,
        environment: Mapping[str, str],
        shelf: TemplateShelf,
        today: Callable[[], date],
        text_faults: TextFaults,
    ) -> None:
        self._folder = folder.absolute()
        self._listing = listing
        self._settings = settings
        self._environment = environment
        self._shelf = shelf
        self._text_faults = text_faults
        self._config = Config(settings.timezone, today)
        self._texts: dict[str, LastGood[Wording | None]] = {}
        self._settings_problems: tuple[Problem, ...] = ()
        self._away = False
        self._snapshot = self._look()

    @property
    def folder(self) -> Path:
        """Return where the workspace is, from the root on."""
        return self._folder

    @property
    def snapshot(self) -> Snapshot:
        """Return the last good state."""
        return self._snapshot

    def problems(self) -> Sequence[Problem]:
        """Return what is wrong right now, in the order of files and lines."""
        return self._snapshot.problems

    def refresh(self) -> Snapshot | None:
        """Read what changed; return the new state, or None when nothing did. Never raises.

        Costs one stat a file while nothing changes.
        """
        try:
            listing = look_around(self._folder)
        except OSError as error:
            return self._replace(self._untouched(error.strerror or "it cannot be read"))
        if lost := sorted((self._listing.rooms - listing.rooms) & _NEEDED):
            return self._replace(self._untouched(f"{lost[0]}/ is gone"))
        if listing == self._listing and not self._away:
            return None
        before, self._listing, self._away = self._listing, listing, False
        if any(listing.stamps.get(name) != before.stamps.get(name) for name in _SETTINGS):
            self._settings_problems = self._settings_news()
        return self._replace(self._look())

    def _replace(self, snapshot: Snapshot) -> Snapshot | None:
        if snapshot == self._snapshot:
            return None
        self._snapshot = snapshot
        return snapshot

    def _untouched(self, reason: str) -> Snapshot:
        """Keep everything while the folder is out of reach."""
        self._away = True
        problem = Problem(
            str(self._folder),
            f"a workspace that cannot be read ({reason})",
            "config/ and templates/ in it",
            kept="Everything goes on as it was read last.",
        )
        return replace(self._snapshot, problems=(problem,))

    def _look(self) -> Snapshot:
        """Bring every part in step with its file and put them together."""
        stamps = self._listing.stamps
        config = self._config
        for part in config.parts:
            part.look(self._folder, stamps.get(part.name))
        texts = self._look_at_texts()
        self._shelf.look(self._folder, stamps, facts=config.facts.value)
        templates = self._shelf.published()
        problems = [
            *self._settings_problems,
            *(problem for part in config.parts for problem in part.problems),
            *texts.remarks,
            *templates.remarks,
        ]
        return Snapshot(
            settings=self._settings,
            team=config.team.value,
            templates=templates.value,
            facts=config.facts.value,
            events=config.events.value,
            help_lines=config.help.value,
            voice=config.voice.value,
            texts=texts.value,
            problems=tuple(sorted(problems, key=lambda problem: (problem.file, problem.line or 0))),
        )

    def _look_at_texts(self) -> Read[dict[str, Mapping[str, str]]]:
        names = {name for name in self._listing.stamps if name.startswith("texts/")}
        for name in self._texts.keys() - names:
            del self._texts[name]
        said: dict[str, Mapping[str, str]] = {}
        remarks: list[Problem] = []
        for name in sorted(names):
            texts = self._texts.setdefault(name, _texts_of(name, self._settings.timezone))
            texts.look(self._folder, self._listing.stamps[name])
            remarks += texts.problems
            if texts.value is not None:
                fit = speakable(texts.value, self._config.voice.value, faults=self._text_faults)
                remarks += fit.remarks
                said[texts.value.language] = fit.value
        return Read(said, tuple(remarks))

    def _settings_news(self) -> tuple[Problem, ...]:
        """Say what a start would bring; a running fanbot keeps the settings that it started with."""
        try:
            found = read_safely(
                lambda: Read(_read_settings(self._folder, self._listing, self._environment)),
                file=SETTINGS_FILE,
            ).value
        except RefusedFileError as error:
            return tuple(replace(problem, kept=_STARTED) for problem in error.problems)
        changed = [
            field.name
            for field in fields(Settings)
            if getattr(found, field.name) != getattr(self._settings, field.name)
        ]
        if not changed:
            return ()
        return (
            Problem(
                SETTINGS_FILE,
                f"changed settings ({', '.join(changed)})",
                "a new start, at which they take effect",
                kept=_STARTED,
            ),
        )


def _texts_of(name: str, zone: ZoneInfo) -> LastGood[Wording | None]:
    return LastGood(name, read=lambda text: read_texts(text, file=name), missing=Read(None), zone=zone)
