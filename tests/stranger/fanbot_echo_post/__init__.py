"""Letters of an echo post office, which hands them out over TCP on this machine."""

from fanbot.errors import AdapterError
from fanbot.ports.platform import AdapterSpec, Capabilities, Opening, Platform, Resend


def _open(opening: Opening) -> Platform:
    from fanbot_echo_post.platform import PostPlatform

    port = opening.settings.get("port")
    if not isinstance(port, int):
        raise AdapterError("The echo post needs the port of its office, for example: port = 2525")
    return PostPlatform(opening.account, port=port)


spec = AdapterSpec(
    name="echo-post",
    summary="Letters of an echo post office",
    capabilities=Capabilities(resend=Resend.SAME_KEY),
    open=_open,
)
