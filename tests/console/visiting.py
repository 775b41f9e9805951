"""What the tests of the console say to it, and what they are handed."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import httpx

PASSWORD = "the-right-one"
HOST = "127.0.0.1"
ADDRESS = f"http://{HOST}"
OWN = {"Sec-Fetch-Site": "same-origin"}

Waits = Callable[..., Awaitable[int]]
"""Let a fan's message wait for a person; return the item."""
Browse = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
"""Open a browser before the console, with somebody signed in."""
