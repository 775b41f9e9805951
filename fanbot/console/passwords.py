"""Whether a password is the right one, without holding up anybody else."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

_AT_ONCE = 2
"""Each check takes 64 MB and a good part of a second."""


class Passwords:
    """Compare passwords with one hash, in a thread and few at a time."""

    def __init__(self, expected: str) -> None:
        """Expect the password of this Argon2 hash; an empty hash fits no password."""
        self._expected = expected
        self._hashes = PasswordHash((Argon2Hasher(),))
        self._turn = asyncio.Semaphore(_AT_ONCE)

    @property
    def set(self) -> bool:
        """Tell whether there is a password at all."""
        return bool(self._expected)

    async def right(self, given: str) -> bool:
        """Tell whether this is the password."""
        if not self.set:
            return False
        async with self._turn:
            return await asyncio.to_thread(self._verify, given)

    def _verify(self, given: str) -> bool:
        try:
            return self._hashes.verify(given, self._expected)
        except UnknownHashError:
            return False


def hashed(password: str) -> str:
    """Hash a password as it is kept; takes a part of a second, on purpose."""
    return PasswordHash((Argon2Hasher(),)).hash(password)
