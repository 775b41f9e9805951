"""What a letter means in fanbot's values, and the other way round."""

import json
from datetime import datetime

from fanbot.domain.messages import Address, Author, EventKey, Inbound, Kind
from fanbot.ports.platform import Dispatch


def inbound(line: bytes, *, account: str, received_at: datetime) -> Inbound:
    """Translate a letter of the office."""
    letter = json.loads(line)
    return Inbound(
        event=EventKey("echo-post", account, letter["box"], letter["id"], Kind.MESSAGE),
        message=letter["id"],
        address=Address("echo-post", account, letter["box"]),
        author=Author(letter["from"], letter["signed"], bot=letter["machine"]),
        text=letter["words"],
        received_at=received_at,
    )


def letter(dispatch: Dispatch) -> bytes:
    """Write a letter for the office to deliver."""
    words = dispatch.text.encode("utf-8", "replace").decode()
    posted = {
        "key": dispatch.key,
        "box": dispatch.address.channel,
        "words": words,
        "re": dispatch.in_reply_to,
    }
    return line(posted)


def line(record: dict[str, object]) -> bytes:
    """Write one line of the office's protocol."""
    return json.dumps(record).encode() + b"\n"
