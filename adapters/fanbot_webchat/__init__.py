"""A chat on the creator's own pages, for fans who have nothing but a browser."""

from fanbot.ports.platform import AdapterSpec, Capabilities, Opening, Platform, Resend


def _open(opening: Opening) -> Platform:
    """Open the chat; raises AdapterError when its settings or the store's part are not right."""
    from fanbot_webchat.platform import open_platform

    return open_platform(opening)


spec = AdapterSpec(
    name="webchat",
    summary="A chat page of your own, which any site can embed",
    capabilities=Capabilities(resend=Resend.SAME_KEY),
    open=_open,
    extra="console",
    mount="/chat",
)
