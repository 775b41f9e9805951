"""Compile and run an editor's body so that it can neither reach out nor run away.

A body is parsed, examined and only then compiled; while it runs, names are looked up in maps and
lists alone, sums stay small, and loops and text are counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import jinja2
from jinja2 import nodes, pass_context
from jinja2.runtime import Context, LoopContext, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fanbot.errors import TemplateError
from fanbot.rendering.examination import LARGEST_NUMBER, faults
from fanbot.rendering.facts import FactList, FactMap
from fanbot.rendering.filters import FILTERS, LONGEST_TEXT, is_number, written
from fanbot.rendering.grammar import MEMBERS, TESTS, Fault, hidden
from fanbot.rendering.known_names import names_used
from fanbot.rendering.promo import CLOSE, OPEN, PromoBlock, mark

LONGEST_BODY = 10_000
"""Characters of a body as written."""
MOST_ROUNDS = 500
"""Entries that all loops of one rendering go through together."""
_ROUNDS = " rounds"
"""Where the count of rounds stands in the context; no template can write a name with a space."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a body rendered to, still CommonMark, with the promo block apart."""

    body: str
    promo: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A body ready to run; ``uses`` names what its text depends on, as ``names_used`` does."""

    template: jinja2.Template
    uses: frozenset[str]

    def render(self, values: Mapping[str, object]) -> Text:
        """Run the body; raises TemplateError when it says what is not known, or does not end."""
        texts: dict[bool, list[str]] = {False: [], True: []}
        in_promo = False
        length = 0
        try:
            for chunk in self.template.generate({**values, _ROUNDS: _Rounds()}):
                if chunk in (OPEN, CLOSE):
                    in_promo = chunk == OPEN
                    continue
                length += len(chunk)
                if length > LONGEST_TEXT:
                    raise TemplateError(f"The text is longer than {LONGEST_TEXT} characters.")
                texts[in_promo].append(chunk)
        except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise TemplateError(f"The text cannot be made: {error}") from error
        return Text("".join(texts[False]), "".join(texts[True]))


class Sandbox:
    """Read and compile bodies."""

    def __init__(self) -> None:
        self._environment = _Environment()

    def read(self, body: str) -> tuple[nodes.Template | None, list[Fault]]:
        """Parse and examine a body; the tree is None when it cannot even be parsed."""
        if len(body) > LONGEST_BODY:
            return None, [Fault(1, f"{len(body)} characters", f"at most {LONGEST_BODY}")]
        broken = [
            Fault(number, "a hidden control character", "only characters that can be seen")
            for number, line in enumerate(body.split("\n"), start=1)
            if hidden(line)
        ]
        if broken:
            return None, broken
        try:
            tree = self._environment.parse(body)
        except jinja2.TemplateSyntaxError as error:
            return None, [_unreadable(error)]
        except (RecursionError, ValueError):
            return None, [Fault(1, "too many things inside one another", "a template with fewer levels")]
        return tree, faults(tree)

    def compile(self, body: str) -> Compiled:
        """Return a body ready to run; raises TemplateError with its first fault."""
        tree, found = self.read(body)
        if tree is None or found:
            first = found[0]
            raise TemplateError(f"Line {first.line}: found {first.found}, expected {first.expected}.")
        uses = names_used(tree)
        mark(tree)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None)
        return Compiled(self._environment.from_string(tree), uses)


def _unreadable(error: jinja2.TemplateSyntaxError) -> Fault:
    """Put Jinja's word for a broken template into an editor's words."""
    message = error.message or ""
    if "unknown tag" in message:
        tag = message.split("'")[1] if "'" in message else "?"
        known = "{% if %}, {% elif %}, {% else %}, {% endif %}, {% for %}, {% endfor %}, {% promo %}"
        return Fault(
            error.lineno,
            f"{{% {tag} %}} out of place",
            f"{known} or {{% endpromo %}}, each where it belongs",
            "{% if events %}See you there.{% endif %}",
        )
    if "end of template" in message:
        return Fault(
            error.lineno,
            "a block or a {{ that is never closed",
            "{% endif %}, {% endfor %}, {% endpromo %} or }} at its end",
            "{% if events %}See you there.{% endif %}",
        )
    return Fault(
        error.lineno,
        f"something that cannot be read ({message.rstrip('.')})",
        "a name between {{ and }}",
        "{{ facts.shop.url }}",
    )


class _Rounds:
    """How many entries loops may still go through."""

    def __init__(self) -> None:
        self._left = MOST_ROUNDS

    def count(self, entries: Iterable[object]) -> Iterator[object]:
        for entry in entries:
            self._left -= 1
            if self._left < 0:
                raise TemplateError(f"Its loops go through more than {MOST_ROUNDS} entries.")
            yield entry


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja without Python behind it: no attributes, no globals, our own few filters."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//"})

    def __init__(self) -> None:
        super().__init__(
            autoescape=False,
            optimized=False,
            cache_size=0,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            finalize=written,
            extensions=[PromoBlock],
        )
        self.globals.clear()
        self.filters = {**FILTERS, "counted": _counted}
        self.tests = {name: self.tests[name] for name in TESTS}

    def getattr(self, obj: object, attribute: str) -> object:
        """Look a name up as an entry; the attributes of Python objects are not within reach."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: object, argument: object) -> object:
        """Look up an entry of a map or a list."""
        match obj:
            case Undefined():
                return obj[argument]
            case FactMap() | FactList():
                return obj.said(argument)
            case dict() if argument in obj:
                return obj[argument]
            case list() if isinstance(argument, int) and 0 <= argument < len(obj):
                return obj[argument]
            case LoopContext() if argument in MEMBERS["loop"]:
                return getattr(obj, str(argument))
        return self.undefined(f"there is no {argument} here")

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Do a small sum."""
        if not all(is_number(side) or isinstance(side, Undefined) for side in (left, right)):
            raise TemplateError(f"The sign {operator} works with numbers only.")
        result = super().call_binop(context, operator, left, right)
        if not abs(result) <= LARGEST_NUMBER:
            raise TemplateError(f"A sum is larger than {LARGEST_NUMBER}.")
        return result


@pass_context
def _counted(context: Context, entries: object) -> Iterator[object]:
    if isinstance(entries, Mapping) or not isinstance(entries, Iterable):
        raise TemplateError("A loop needs a list.")
    rounds = context[_ROUNDS]
    return iter(rounds.count(entries))
