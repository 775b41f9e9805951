"""All templates of a workspace: each id from its files, each file at its last good version (G7)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from fanbot.domain.facts import Facts
from fanbot.domain.templates import About, Problem, Template, Variant
from fanbot.workspace.files import Stamp, read_text
from fanbot.workspace.frontmatter import Page, name_parts, read_page
from fanbot.workspace.keeping import written_at
from fanbot.workspace.problems import Read, RefusedFileError, printable, read_safely
from fanbot.workspace.remarks import LEFT_OUT, on_choices, on_pages, on_unreached, without_main

LARGEST_TEMPLATE = 128 * 1024
_FOR_PEOPLE = "templates/README.md"
_STAYS = "The template stays published; what it cannot say goes to a person."


class Check(Protocol):
    """Judge the body of one variant; any problem keeps it from being published."""

    def __call__(self, template: Template, variant: Variant, /, *, facts: Facts) -> Sequence[Problem]:
        """Return what is wrong, with the lines of the file (``variant.body_line`` is the body's first)."""
        ...


@dataclass(slots=True)
class _File:
    """A template file: how it reads now, and the version that passed every check."""

    stamp: Stamp
    page: Page | None = None
    good: Page | None = None
    good_stamp: Stamp | None = None
    unread: tuple[Problem, ...] = ()
    unfit: tuple[Problem, ...] = ()


class TemplateShelf:
    """Keep the templates in step with their files; only what changed is read and checked again."""

    def __init__(
        self, *, language: str, zone: ZoneInfo, check: Check, promotional: Callable[[str], bool]
    ) -> None:
        self._language = language
        self._zone = zone
        self._check = check
        self._promotional = promotional
        self._facts: Facts | None = None
        self._files: dict[str, _File] = {}
        self._templates: dict[str, Template] = {}
        self._remarks: dict[str, tuple[Problem, ...]] = {}

    def look(self, folder: Path, stamps: Mapping[str, Stamp], *, facts: Facts) -> None:
        """Take up new, changed and deleted files; new facts put every template to the test again."""
        present = {name: stamp for name, stamp in stamps.items() if name.startswith("templates/")}
        present.pop(_FOR_PEOPLE, None)
        gone = self._files.keys() - present.keys()
        changed = {name for name, stamp in present.items() if not self._knows(name, stamp)}
        for name in gone:
            del self._files[name]
        for name in changed:
            self._read(folder, name, present[name])
        touched = present.keys() | gone if facts != self._facts else changed | gone
        self._facts = facts
        for id_ in {parts[0] for name in touched if (parts := name_parts(name))}:
            self._judge(id_, facts)

    def published(self) -> Read[dict[str, Template]]:
        """Return the templates that may answer, with everything that is wrong with the others."""
        known = self._templates.keys()
        mains = {
            id_: page
            for id_ in sorted(known)
            if (page := self._files[f"templates/{id_}.md"].good) is not None
        }
        problems = [
            *(problem for file in self._files.values() for problem in (*file.unread, *file.unfit)),
            *(problem for remarks in self._remarks.values() for problem in remarks),
            *on_choices(self._templates, mains),
            *on_unreached(self._templates),
        ]
        templates = {
            id_: replace(
                template, choices=tuple(offer for offer in template.choices if offer.template in known)
            )
            for id_, template in sorted(self._templates.items())
        }
        return Read(templates, tuple(problems))

    def _knows(self, name: str, stamp: Stamp) -> bool:
        return name in self._files and self._files[name].stamp == stamp

    def _read(self, folder: Path, name: str, stamp: Stamp) -> None:
        file = self._files.setdefault(name, _File(stamp))
        file.stamp, file.page, file.unread, file.unfit = stamp, None, (), ()
        try:
            read = read_safely(
                lambda: Read(read_page(read_text(folder, name, limit=LARGEST_TEMPLATE), file=name)),
                file=printable(name),
            )
        except RefusedFileError as error:
            file.unread = self._kept(error.problems, file)
        else:
            file.page = read.value

    def _kept(self, problems: Iterable[Problem], file: _File) -> tuple[Problem, ...]:
        if file.good is None or file.good_stamp is None:
            kept = LEFT_OUT
        elif file.good == file.page:
            kept = _STAYS
        else:
            kept = f"The version from {written_at(file.good_stamp, self._zone)} goes on answering."
        return tuple(replace(problem, kept=kept) for problem in problems)

    def _judge(self, id_: str, facts: Facts) -> None:
        """Publish the id from the newest version of each of its files that passes every check."""
        main_name = f"templates/{id_}.md"
        files = [file for name, file in sorted(self._files.items()) if (name_parts(name) or ("",))[0] == id_]
        self._templates.pop(id_, None)
        self._remarks[id_] = ()
        main = self._files.get(main_name)
        if main is None:
            self._remarks[id_] = tuple(without_main(page) for file in files if (page := file.page))
            return
        newest = [page for file in files if (page := file.page or file.good)]
        draft = self._assemble(newest)
        for file in files:
            if draft is None or file.page is None:
                continue
            file.unfit = self._kept(self._unfit(draft, file.page, facts), file)
            if not file.unfit:
                file.good, file.good_stamp = file.page, file.stamp
        pages = [file.good for file in files if file.good]
        template = self._assemble(pages)
        if template is not None:
            promoting = [page for page in pages if self._promotes(template, page)]
            self._templates[id_] = replace(template, promotional=bool(promoting))
            self._remarks[id_] = tuple(on_pages(pages, promoting=promoting, language=self._language))

    def _assemble(self, pages: Sequence[Page]) -> Template | None:
        """Build a template; None without a main page, whose front matter holds for every variant."""
        main = next((page for page in pages if page.main), None)
        if main is None:
            return None
        variants = {self._spoken(page): self._variant(page) for page in pages if not page.main}
        variants[self._spoken(main)] = self._variant(main)
        front = main.front
        return Template(
            id=main.id,
            variants=variants,
            topic=front.topic,
            about=front.about,
            platforms=tuple(front.platforms),
            since=front.since,
            until=front.until,
            min_confidence=None if front.min_confidence is None else float(front.min_confidence),
            ask=tuple(front.ask),
            choices=front.offers,
        )

    def _spoken(self, page: Page) -> str:
        return page.language or self._language

    def _variant(self, page: Page) -> Variant:
        return Variant(
            language=self._spoken(page),
            examples=tuple(page.front.examples),
            patterns=tuple(page.front.patterns),
            body=page.body,
            source=page.file,
            body_line=page.body_line,
            choices=() if page.main else page.front.offers,
        )

    def _unfit(self, template: Template, page: Page, facts: Facts) -> Sequence[Problem]:
        try:
            return read_safely(
                lambda: Read(self._check(template, self._variant(page), facts=facts)), file=page.file
            ).value
        except RefusedFileError as error:
            return error.problems

    def _promotes(self, template: Template, page: Page) -> bool:
        """Tell whether a body promotes on its own; where buying is the subject, it is the answer (P3)."""
        return template.about is not About.BUYING and self._promotional(page.body)
