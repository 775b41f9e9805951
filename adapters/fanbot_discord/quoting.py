"""Words of people put so that Discord shows them exactly as they are and does nothing else with them."""

import re

from fanbot_discord.speaking import clean

MOST = 2000
"""Characters in one message."""
_MARKUP = re.compile(r"[\\*_~|`<>\[\]#@/]|(?m:^[ \t]*(?:[-+]|[0-9]+[.)]))")
"""What begins emphasis, code, a spoiler, a mention, a link or an invitation; on a new line also a list."""


def literal(text: str, *, most: int = MOST) -> str:
    r"""Put a backslash before whatever Discord would take for markup, in at most so many characters.

    >>> literal("*Hi* <@7> https://x.org"), literal("1. a\n- b")
    ('\\*Hi\\* \\<\\@7\\> https:\\/\\/x.org', '1\\. a\n\\- b')
    >>> literal("wait*", most=5)
    'wait…'
    """
    lines = clean(text).replace("\r\n", "\n").replace("\r", "\n")
    escaped = _MARKUP.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", lines)
    if len(escaped) <= most:
        return escaped
    kept = escaped[: most - 1]
    dangling = (len(kept) - len(kept.rstrip("\\"))) % 2
    return f"{kept[: len(kept) - dangling]}…"
