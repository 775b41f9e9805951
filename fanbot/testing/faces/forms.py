"""The pages of the console as their forms: what a browser could do on them."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple

_CLAIM = re.compile(r"/items/(\d+)/claim")
_ITEM = re.compile(r"/items/(\d+)")


class Form(NamedTuple):
    """Where a form goes, and the fields that it fills in itself."""

    action: str
    fields: dict[str, str]


@dataclass(slots=True)
class Page:
    """``heading`` is the first one, ``links`` are the addresses on the page, ``forms`` what it can do."""

    heading: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def form(self, ending: str) -> Form | None:
        """Return the form whose address ends like this, if the page has one."""
        return next((form for form in self.forms if form.action.endswith(ending)), None)

    @property
    def claimable(self) -> list[str]:
        """Return the numbers of the items that the page offers to claim."""
        return [found[1] for form in self.forms if (found := _CLAIM.fullmatch(form.action))]

    @property
    def mine(self) -> list[str]:
        """Return the numbers of the items that the page leads to for a reply."""
        return [
            found[1]
            for link in self.links
            if link.endswith("#reply") and (found := _ITEM.fullmatch(link.removesuffix("#reply")))
        ]


def read(html: str) -> Page:
    """Read a page.

    >>> page = read('<h1>Ada</h1><form action="/items/5/claim"><input name="once" value="a&amp;b"></form>')
    >>> page.heading, page.claimable, page.form("/claim").fields
    ('Ada', ['5'], {'once': 'a&b'})
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._heading = False
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: unescape(value or "") for name, value in attrs}
        match tag:
            case "form":
                self.page.forms.append(Form(given.get("action", ""), {}))
            case "input" | "textarea" if self.page.forms and "name" in given:
                self.page.forms[-1].fields[given["name"]] = given.get("value", "")
                self._area = given["name"] if tag == "textarea" else ""
            case "a":
                self.page.links.append(given.get("href", ""))
            case "h1":
                self._heading = not self.page.heading

    def handle_endtag(self, tag: str) -> None:
        if tag == "h1":
            self._heading = False
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.page.heading += data
        elif self._area:
            fields = self.page.forms[-1].fields
            fields[self._area] = (fields[self._area] + data).removeprefix("\n")
