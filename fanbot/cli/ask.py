"""``fanbot ask``: what would happen to one message, in words that an editor follows."""

from typing import TYPE_CHECKING, Annotated

import typer

from fanbot.cli import workspace
from fanbot.cli.awaiting import wait_for
from fanbot.cli.plain import whole
from fanbot.cli.saying import AsJson, say, say_document

if TYPE_CHECKING:
    from fanbot.services.oracle import Foresight

Text = Annotated[str, typer.Argument(help="What a fan might write.", show_default=False)]
Platform = Annotated[str, typer.Option(help="The platform it is written on, for example telegram.")]
Direct = Annotated[bool, typer.Option("--direct/--public", help="In a direct chat, or in a shared channel.")]

_WAYS = {
    "answer": "A template answers.",
    "clarify": "The assistant asks what is meant.",
    "handoff": "It waits for a person.",
    "merge": "It joins what waits for a person already.",
    "hush": "The assistant keeps quiet, because a person is in the conversation.",
    "quarantine": "It is set aside for a look, and nobody is answered.",
    "record": "It is kept on record, and nothing else happens.",
}


def ask(
    text: Text,
    platform: Platform = "stdio",
    direct: Direct = True,
    as_json: AsJson = False,
    folder: workspace.Folder = None,
) -> None:
    """Show what would happen to a message, with the reasons and the reply. Nothing is sent."""
    foresight = wait_for(_foreseen(whole(text), platform=whole(platform), direct=direct, folder=folder))
    if as_json:
        from fanbot.cli.question import foreseen

        say_document({**foreseen(foresight), "promotion": foresight.promo or None})
    else:
        say(told(foresight))


async def _foreseen(text: str, *, platform: str, direct: bool, folder: workspace.Folder) -> "Foresight":
    from fanbot import bootstrap
    from fanbot.cli.question import asked

    message = asked(text, now=bootstrap.clock().now(), platform=platform, direct=direct)
    async with bootstrap.opened_oracle(workspace.opened(folder)) as oracle:
        return (await oracle.foresee([message]))[0]


def told(foresight: "Foresight") -> str:
    """Tell a decision to a person."""
    decision = foresight.decision
    facts = {
        "route": f"{decision.route.value}: {_WAYS[decision.route.value]}",
        "lane": decision.lane.value if decision.lane else "",
        "template": decision.template or "",
        "confidence": "" if decision.confidence is None else f"{decision.confidence:.2f}",
        "language": decision.language or "not known",
        "reasons": "\n".join(decision.reasons),
    }
    lines = [_row(name, value) for name, value in facts.items() if value]
    if foresight.reply is None:
        lines.append("\nThe fan would get no reply from this message alone.")
    else:
        lines.append(f"\nThe fan would get:\n\n{_indented(foresight.reply)}")
    if foresight.promo:
        lines.append(
            f"\nBehind it, only while promotion stays under the cap:\n\n{_indented(foresight.promo)}"
        )
    return "\n".join([*lines, "\nThis was a look ahead: nothing was sent and nothing was stored."])


def _row(name: str, value: str) -> str:
    return f"{name:<12}" + value.replace("\n", "\n" + 12 * " ")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
