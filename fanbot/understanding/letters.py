"""Find templates by letters and words alone: no model, no download, the same answer every time."""

from functools import partial

from fanbot.understanding.matcher import Matcher
from fanbot.understanding.reader import Reader
from fanbot.understanding.vocabulary import vocabularies


def by_letters() -> Reader:
    """Build the understanding that compares n-grams."""
    spellings = {short: usual for each in vocabularies() for short, usual in each.spellings.items()}
    return Reader(partial(Matcher.fit, spellings=spellings))
