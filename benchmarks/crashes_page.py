"""Tell what kills and failing platforms broke, as a section of the page of all figures."""

from typing import Any

HEADING = "## Killed, and on failing platforms"
Figures = dict[str, Any]
_BROKEN = ("lost", "doubled", "with other words", "reordered", "beyond the cap", "misplaced")
_ASKED = "requests that no client should make"
_DOUBTFUL = "parked on Telegram"


def section(told: Figures) -> str:
    """Write the part of the page that tells these figures."""
    kills, failing = told["kills"], told["failing"]
    waits = kills["seconds from a start to the first reply"]
    back = failing["seconds of each trial"]["heard again after the return"]
    rows = [
        _row("messages of fans on Discord, on Telegram", kills, failing, _both("messages")),
        _row("replies there", kills, failing, _both("replies")),
        _row("replies by people, by then", kills, failing, lambda each: each["replies by people"]),
        *(_row(f"messages {name}", kills, failing, lambda each, name=name: each[name]) for name in _BROKEN),
        _row(_ASKED, kills, failing, lambda each: each[_ASKED]),
        _row("shown to people as not sure on Telegram: arrived, did not", kills, failing, _both(_DOUBTFUL)),
    ]
    return "\n".join(
        [
            HEADING,
            "",
            f"Made by `python benchmarks/platform_crashes.py` on {told['at']},",
            "on fake platforms and with other work on the",
            f"same two cores: {kills['kills']} kills at random moments, most of them in the middle of a",
            "request, while 20 fans and a person at the queue go on; and every kind of call failing in every",
            "way that it can, ending with both platforms away. What is counted is what both platforms",
            "received, beside the export at the end.",
            "",
            "| What | killed | platforms fail |",
            "|---|---|---|",
            *rows,
            "",
            f"From a start to the first reply: {waits['median']} s, at most {waits['longest']} s. After both",
            f"platforms had been away for {failing['gone']:g} s, both were heard again within {back} s.",
            "A message that may have arrived on Telegram is never sent again by itself, so each kill leaves",
            "a few for a person to look at.",
            "",
        ]
    )


def with_section(page: str, told: Figures) -> str:
    """Return the page with this section in place of an older one, else at its end."""
    before, _, behind = page.partition(HEADING)
    _, mark, others = behind.partition("\n## ")
    return f"{before.rstrip()}\n\n{section(told)}" + (f"{mark}{others}" if mark else "")


def _both(name: str) -> Any:
    return lambda each: ", ".join(f"{count:,}" for count in each[name].values())


def _row(what: str, kills: Figures, failing: Figures, tell: Any) -> str:
    return f"| {what} | {tell(kills)} | {tell(failing)} |"
