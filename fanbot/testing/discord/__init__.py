"""A Discord on loopback: its requests and its gateway, over TLS, with troubles on demand.

Needs aiohttp, which comes with the Discord adapter, and the ``openssl`` command for its certificate.
"""

from fanbot.testing.discord.server import FakeDiscord

__all__ = ["FakeDiscord"]
