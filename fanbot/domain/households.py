"""What one household has of the network, so that it is limited as one."""

from ipaddress import IPv6Address, ip_address


def household(host: str) -> str:
    """Name what one household has: an IPv4 address, or an IPv6 network of 64 bits.

    >>> household("203.0.113.7"), household("2001:db8:1:2:3:4:5:6"), household("")
    ('203.0.113.7', '2001:db8:1:2::/64', '')
    """
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(found, IPv6Address):
        return host
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
