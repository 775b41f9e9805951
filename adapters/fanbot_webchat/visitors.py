"""Who writes: a visitor is a random id, and whoever holds its signed key."""

import re
import secrets
from hashlib import sha256
from hmac import compare_digest, new

_BITS = 128
_SHAPE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})", re.ASCII)


class Visitors:
    """Keys of one account: ``id.signature``, in hex.

    A key says that this store made the id. It is all that opens the conversation, so it is kept like a
    password: in the visitor's browser, in a header, never in an address.
    """

    def __init__(self, secret: bytes, *, account: str) -> None:
        """Sign with ``secret``, which must be the same at every start."""
        self._secret = secret
        self._account = account

    def welcome(self) -> str:
        """Make a key for somebody new."""
        visitor = secrets.token_hex(_BITS // 8)
        return f"{visitor}.{self._signature(visitor)}"

    def recognise(self, key: str) -> str | None:
        """Return the id of the visitor whose key this is, None for anything else.

        >>> visitors = Visitors(b"a secret of the store", account="main")
        >>> key = visitors.welcome()
        >>> visitors.recognise(key) == key[:32]
        True
        >>> visitors.recognise("0" * 32 + key[32:]), visitors.recognise("")
        (None, None)
        """
        shape = _SHAPE.fullmatch(key)
        if shape is None or not compare_digest(self._signature(shape[1]), shape[2]):
            return None
        return shape[1]

    def _signature(self, visitor: str) -> str:
        told = f"fanbot webchat visitor\0{self._account}\0{visitor}"
        return new(self._secret, told.encode(), sha256).hexdigest()
