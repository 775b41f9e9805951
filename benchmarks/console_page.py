"""Tell what was measured on the team's page, as a section of the page of all figures."""

from typing import Any

HEADING = "## The team's page"
Figures = dict[str, Any]


def section(told: Figures) -> str:
    """Write the part of the page that tells these figures."""
    names = {
        "queue_page": "the queue",
        "queue_part": "the queue, as it is fetched again",
        "item_page": "a conversation",
        "item_part": "a conversation, as it is fetched again",
        "long_conversation": "the longest conversation",
    }
    rows = [
        f"| {said}, inside the server, p99 | under 50 ms | {told[name]['p99_ms']} ms"
        f" (p50 {told[name]['p50_ms']}; of work, p99 {told[name]['work_p99_ms']}) |"
        for name, said in names.items()
    ]
    heaviest = max(told["weight"].values())
    wait = f"{told['live']['p99_ms'] / 1000:.2f} s (p50 {told['live']['p50_ms'] / 1000:.2f})"
    rows += [
        f"| the heaviest page with all that it loads, packed | under 150 KB | {heaviest / 1024:.0f} KB |",
        f"| {told['live']['pages']} open pages: a commit to the new page in hand, p99 | under 1 s | {wait} |",
    ]
    return "\n".join(
        [
            HEADING,
            "",
            f"Made by `python benchmarks/console.py` on {told['at']},",
            f"on {told['items']:,} waiting items and {told['messages']:,} messages, with other work on",
            "the same two cores; *work* is the time of the processor alone. Before every one of the",
            f"{told['queue_page']['count']} requests of each sort something changed, so that nothing was",
            "remembered. Of the open pages, half show the queue and half a conversation of their own.",
            "",
            "| What | Goal | Measured |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def with_section(page: str, told: Figures) -> str:
    """Return the page with this section in place of an older one."""
    before, _, behind = page.partition(HEADING)
    _, mark, others = behind.partition("\n## ")
    return f"{before.rstrip()}\n\n{section(told)}" + (f"{mark}{others}" if mark else "")
