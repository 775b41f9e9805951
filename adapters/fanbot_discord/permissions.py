"""What a bot may do in a channel, from what Discord tells of roles and exceptions."""

from collections.abc import Iterator, Mapping

from fanbot_discord.snowflakes import number

Payload = Mapping[str, object]

NEEDED: Mapping[str, int] = {
    "View Channel": 1 << 10,
    "Send Messages": 1 << 11,
    "Read Message History": 1 << 16,
}
FOR_RECEIPTS: Mapping[str, int] = {"Add Reactions": 1 << 6}
INVITED = sum(NEEDED.values()) + sum(FOR_RECEIPTS.values()) + (1 << 38)
"""What an invitation asks for: all of these, and Send Messages in Threads."""
_ADMINISTRATOR = 1 << 3


def missing(
    needed: Mapping[str, int], *, server: Payload, channel: Payload, member: Payload, own: str
) -> list[str]:
    """Return the names of permissions that the bot lacks in a channel.

    >>> server = {"id": "1", "roles": [{"id": "1", "permissions": "1024"}]}
    >>> missing(NEEDED, server=server, channel={}, member={}, own="9")
    ['Send Messages', 'Read Message History']
    """
    may = _may(server, channel, member, own)
    return [name for name, bit in needed.items() if not may & (bit | _ADMINISTRATOR)]


def _may(server: Payload, channel: Payload, member: Payload, own: str) -> int:
    roles = member.get("roles")
    held = {server.get("id"), *(roles if isinstance(roles, list) else ())}
    may = 0
    for role in _records(server.get("roles")):
        if role.get("id") in held:
            may |= number(role.get("permissions")) or 0
    exceptions = {str(each.get("id")): each for each in _records(channel.get("permission_overwrites"))}
    for group in ({str(server.get("id"))}, held - {server.get("id")}, {own}):
        these = [exceptions[str(each)] for each in group if str(each) in exceptions]
        for each in these:
            may &= ~(number(each.get("deny")) or 0)
        for each in these:
            may |= number(each.get("allow")) or 0
    return may


def _records(value: object) -> Iterator[Payload]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, Mapping))
