"""Tell what was measured on the platforms' adapters, as a section of the page of all figures."""

import textwrap
from typing import Any

HEADING = "## The platforms"
Figures = dict[str, Any]
_GOAL = 2.5


def section(told: Figures) -> str:
    """Write the part of the page that tells these figures."""
    when = " and ".join(f"{told[each]['at']} ({each.title()})" for each in ("telegram", "discord"))
    made = f"""Made by `python benchmarks/platforms.py` on {when}: fake platforms in one process, every bot
        in one of its own, {told["rate"]} messages/s offered for {told["seconds"]:g} s, medians of
        {told["rounds"]} rounds in turn. The two cores were shared with other work (load average
        {told["telegram"]["load"]:.1f} during Telegram's turns and {told["discord"]["load"]:.1f} during
        Discord's), so waiting for a core is in the times; *work* is the processor's time alone."""
    bots = f"""A *bare bot* does nothing but answer, on the same library and transport: python-telegram-bot
        over fanbot's transport, and discord.py. *The adapter* is fanbot's, with an intake that stores nothing
        and answers every message. For it Telegram's pace of 30 messages/s was turned off; the real platforms
        take far fewer answers than {told["rate"]}/s from one bot."""
    whole = f"""*The whole of fanbot* is `fanbot run` with the starter workspace and its store. On Telegram
        one of {told["every"]["telegram"]} messages was a question in a private chat and was answered, within
        the pace; the others were said in a group, where they are kept and not answered. On Discord, where a
        room's own talk is not kept, every message was a question in a direct channel and was answered."""
    calls = """Calls of `sendMessage` by python-telegram-bot, over its own transport (httpx) and over
        fanbot's (aiohttp, `adapters/fanbot_telegram/transport.py`):"""
    library = """Where a bot got less than a whole core, other work had the rest. Both bots on a platform may
        open 64 connections. discord.py looks through every channel that it wrote to in the last five
        minutes at each send, so its work grows with the number of people who are written to; here 500 fans
        took part."""
    table = ["| What | Goal | Telegram | Discord |", "|---|---|---|---|", *_rows(told)]
    parts = [_wrapped(made), _wrapped(bots), "\n".join(table), _wrapped(whole), _wrapped(calls)]
    parts += ["\n".join(_calls(told["transports"])), _wrapped(library)]
    return "\n\n".join([HEADING, *parts]) + "\n"


def _wrapped(words: str) -> str:
    return textwrap.fill(" ".join(words.split()), 110, break_long_words=False, break_on_hyphens=False)


def _rows(told: Figures) -> list[str]:
    both = [told["telegram"], told["discord"]]
    rows = [
        (
            "the adapter's work, of a bare bot's",
            f"at most {_GOAL}",
            [f"{each['cost_of_bare']}" for each in both],
        ),
    ]
    for kind, name in (("bare", "a bare bot"), ("adapter", "the adapter"), ("whole", "the whole of fanbot")):
        figures = [each[kind] for each in both]
        rows += [
            (f"{name}: work a message", "", [f"{each['us']:,.0f} µs" for each in figures]),
            (
                f"{name}: written to answered, p50 / p99",
                "steady",
                [f"{each['p50_ms']} / {each['p99_ms']} ms" for each in figures],
            ),
            (
                f"{name}: memory at the begin, in the middle, at the end",
                "steady",
                [" / ".join(f"{mb:.0f}" for mb in each["memory_mb"]) + " MB" for each in figures],
            ),
        ]
    rows.append(
        (
            "the whole of fanbot: answered of asked; stored of written",
            "all",
            [
                f"{each['whole']['answered']:,} of {each['whole']['asked']:,}; "
                f"{each['whole']['stored']:,} of {each['whole']['offered']:,}"
                for each in both
            ],
        )
    )
    for kind, name in (("bare", "a bare bot"), ("adapter", "the adapter")):
        rows.append(
            (
                f"{name}: answers/s with 64 waiting (share of a core that it got)",
                "",
                [f"{each[kind]['most_per_second']:,} ({each[kind]['busy_at_most']:.0%})" for each in both],
            )
        )
    busy = [max(each[kind]["fake_busy_at_most"] for kind in ("bare", "adapter")) for each in both]
    rows.append(("the fake platform's own share of a core then", "", [f"{share:.0%}" for share in busy]))
    return [f"| {what} | {goal} | {' | '.join(cells)} |" for what, goal, cells in rows]


def _calls(told: Figures) -> list[str]:
    rows = ["| Calls side by side | httpx | aiohttp | times as many |", "|---|---|---|---|"]
    for many, own in told["httpx"].items():
        ours = told["aiohttp"][many]
        cells = [f"{each['per_second']:,}/s, {each['us']:,} µs of work" for each in (own, ours)]
        rows.append(f"| {many} | {' | '.join(cells)} | {ours['per_second'] / own['per_second']:.1f} |")
    return rows


def with_section(page: str, told: Figures) -> str:
    """Return the page with this section in place of an older one, else at its end."""
    before, _, behind = page.partition(HEADING)
    _, mark, others = behind.partition("\n## ")
    return f"{before.rstrip()}\n\n{section(told)}" + (f"{mark}{others}" if mark else "")
