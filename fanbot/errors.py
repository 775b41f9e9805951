"""Everything that can go wrong, in one small tree; each says what happened, what was kept, what to do."""


class FanbotError(Exception):
    """Anything that fanbot itself says went wrong."""


class WorkspaceError(FanbotError):
    """A workspace cannot be used as it is; carries one problem a line."""


class StoreError(FanbotError):
    """The store did not take or give what was asked; nothing half-written remains."""


class StoreUnavailableError(StoreError):
    """The store cannot take anything now (full disk, lock, connection); worth another try."""


class LeaseTakenError(FanbotError):
    """Another fanbot already works on this store."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"Another fanbot already works on this store ({holder}). Nothing was changed. "
            "Stop that one first, or use another workspace."
        )
        self.holder = holder


class DeliveryError(FanbotError):
    """A platform did not take a message.

    ``permanent``: trying again cannot help. ``ambiguous``: it may have arrived all the same.
    ``retry_after``: seconds that the platform asked to wait. ``barrier``: why the fan cannot be reached in
    private at all, as a word of domain.reach.Barrier; empty where it is not that.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        retry_after: float | None = None,
        barrier: str = "",
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.retry_after = retry_after
        self.barrier = barrier


class AdapterError(FanbotError):
    """An adapter cannot start or go on; says what to do."""


class AddressTakenError(FanbotError):
    """Nothing can listen at an address that the settings name."""


class TemplateError(FanbotError):
    """A template cannot be published or rendered."""


class MoveError(FanbotError):
    """A hand-off cannot make this move now."""


class AlreadyClaimedError(MoveError):
    """Somebody else was faster."""

    def __init__(self, *, owner: str) -> None:
        super().__init__(f"{owner} has this item already; nothing was changed.")
        self.owner = owner


class DraftChangedError(MoveError):
    """A draft is not any more what a person saw when they said to send it; carries what it is now."""

    def __init__(self, draft: str) -> None:
        super().__init__("The draft was changed since you saw it; nothing was sent.")
        self.draft = draft


class UnknownItemError(FanbotError):
    """No item, fan or message has this id."""


class UnknownFileError(UnknownItemError):
    """No file is kept under this reference for whoever asks."""


class FileTakenError(FanbotError):
    """Another file was kept under the key of an upload before; that one stays."""


class TooManyBytesError(FanbotError):
    """A file has no place among what may be kept in 24 hours; ``everybody``: by all together."""

    def __init__(self, message: str, *, everybody: bool = False) -> None:
        super().__init__(message)
        self.everybody = everybody
