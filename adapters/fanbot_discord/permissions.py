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
IN_THREADS: Mapping[str, int] = {"Send Messages in Threads": 1 << 38}
FOR_STAFF: Mapping[str, int] = {"Create Public Threads": 1 << 35, **IN_THREADS}
"""What it takes to open a thread for each item in the team's channel, beside NEEDED."""
INVITED = sum(NEEDED.values()) + sum(FOR_RECEIPTS.values()) + sum(IN_THREADS.values())
"""What an invitation asks for, without a channel for the team."""
_ADMINISTRATOR = 1 << 3


def missing(
    needed: Mapping[str, int], *, server: Payload, channel: Payload, member: Payload, own: str
) -> list[str]:
    """Return the names of permissions that the bot lacks in a channel.

    >>> server = {"id": "1", "roles": [{"id": "1", "permissions": "1024"}]}
    >>> missing(NEEDED, server=server, channel={}, member={}, own="9")
    ['Send Messages', 'Read Message History']
    """
    return lacking_in(str(_may(server, channel, member, own)), needed)


def lacking_in(permissions: object, needed: Mapping[str, int]) -> list[str]:
    """Return the names of permissions that are not among those, written as Discord writes them.

    >>> lacking_in("3072", NEEDED)
    ['Read Message History']
    """
    may = number(permissions) or 0
    return [name for name, bit in needed.items() if not may & (bit | _ADMINISTRATOR)]


def readable_by_all(*, server: Payload, channel: Payload) -> bool:
    """Tell whether whoever is on the server may read a channel.

    >>> readable_by_all(server={"id": "1", "roles": [{"id": "1", "permissions": "1024"}]}, channel={})
    True
    """
    return bool(_may(server, channel, {}, "") & (NEEDED["View Channel"] | _ADMINISTRATOR))


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
