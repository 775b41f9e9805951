"""Words on their way to a fan: addressed, introduced, and cut to what the platform takes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from fanbot.domain.messages import Choice, Inbound, Outbound, OutboundKind, SignalClass
from fanbot.policy.splitting import split
from fanbot.ports.platform import Capabilities


@dataclass(frozen=True, slots=True)
class Speech:
    """What is to be said, before it has an address."""

    kind: OutboundKind
    text: str
    promo: str = ""
    template: str = ""
    signal: SignalClass = SignalClass.NEUTRAL
    choices: tuple[Choice, ...] = ()
    safety: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """Messages ready for the outbox; ``introduced``: they say whose assistant speaks."""

    outbounds: tuple[Outbound, ...] = ()
    introduced: bool = False


NOTHING = Said()


def spoken(
    speech: Speech, inbound: Inbound, capabilities: Mapping[str, Capabilities], *, intro: str = ""
) -> Said:
    """Address a speech to the fan who wrote ``inbound``, behind an introduction if there is one."""
    whole = Outbound(
        address=inbound.address,
        kind=speech.kind,
        body=f"{intro}\n\n{speech.text}" if intro else speech.text,
        promo=speech.promo,
        in_reply_to=inbound.message,
        direct=inbound.direct,
        template=speech.template,
        signal=speech.signal,
        choices=speech.choices,
        safety=speech.safety,
    )
    return Said(parts(whole, capabilities), introduced=bool(intro))


def parts(whole: Outbound, capabilities: Mapping[str, Capabilities]) -> tuple[Outbound, ...]:
    """Split a message into what its platform takes.

    The promo block stands at the end of the last part; where it does not fit there, it is left out.
    """
    able = capabilities.get(whole.address.destination)
    if able is None or able.max_length is None:
        return (whole,)
    pieces = partial(split, limit=able.max_length, unit=able.length_unit)
    texts = pieces(whole.body)
    if not texts:
        return (whole,)
    promo = whole.promo if len(pieces(f"{texts[-1]}\n\n{whole.promo}")) == 1 else ""
    last = len(texts) - 1
    return tuple(
        replace(
            whole,
            body=text,
            promo=promo if number == last else "",
            choices=whole.choices if number == last else (),
            attachments=whole.attachments if number == 0 else (),
            signal=whole.signal if number == last else SignalClass.NEUTRAL,
            part=number,
            parts=len(texts),
        )
        for number, text in enumerate(texts)
    )
