"""What a visitor's browser is told when a request is not done."""

from fanbot.errors import FanbotError


class RefusedError(FanbotError):
    """A request that is not done, with its HTTP status; ``retry_after`` in seconds, 0 for none.

    The message says what happened, what was kept and what to do. It never repeats what a fan wrote.
    """

    def __init__(self, status: int, sentence: str, *, retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.retry_after = retry_after
