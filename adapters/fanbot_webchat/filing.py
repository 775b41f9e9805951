"""Files that visitors send: in, out again to their owner alone, and named by a message."""

from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from fanbot.domain.messages import Attachment, Inbound
from fanbot.errors import FileTakenError, StoreError, TooManyBytesError, UnknownFileError
from fanbot.ports.files import SCHEME, Allowance, Files, Upload
from fanbot_webchat import doors, translate
from fanbot_webchat.gate import Gate
from fanbot_webchat.kinds import called, kind_of
from fanbot_webchat.refusals import RefusedError
from fanbot_webchat.settings import FileSettings, as_size

_LONGEST_NAME = 3_000
"""Characters of the header with a file's name."""
_BREATHS = 12
"""How many times longer a file may take in all than between two of its pieces."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What becomes of files; without ``files`` none are taken. ``patience`` is for each piece, in seconds."""

    files: Files | None
    settings: FileSettings
    patience: float
    gate: Gate = field(default_factory=Gate)

    async def take(self, request: Request, *, visitor: str) -> Attachment:
        """Keep the body as a file, durable when this returns; raises RefusedError."""
        files, limits = self._files(), self.settings
        key = translate.upload_key(request.path_params["id"])
        name = unquote(request.headers.get("file-name", "")[:_LONGEST_NAME], errors="replace")
        with self.gate.passing(doors.host(request)):
            content = await doors.whole_body(
                request,
                largest=limits.largest,
                too_large=f"This file has more than {as_size(limits.largest)}, so it was not kept. "
                "A message without it can be sent.",
                patience=self.patience,
                in_all=self.patience * _BREATHS,
            )
            kind = kind_of(content)
            if kind is None or kind.media_type not in limits.kinds:
                raise RefusedError(
                    415,
                    f"This file is none of these: {', '.join(limits.names)}. It was not kept. "
                    "A message without it can be sent.",
                )
            upload = Upload(_owner(visitor), key, called(name, kind), kind.media_type, content)
            try:
                return await files.keep(
                    upload, allowance=Allowance(limits.per_visitor, limits.from_everybody)
                )
            except TooManyBytesError as error:
                raise self._no_more(error) from error
            except (FileTakenError, UnknownFileError) as error:
                raise RefusedError(
                    409, "This file was not kept: its id belongs to another one. Send it under a new id."
                ) from error
            except StoreError as error:
                raise RefusedError(
                    503,
                    "There is no room for files at this moment, and this one was not kept. "
                    "Try it again under the same id, or send the message without it.",
                    retry_after=5,
                ) from error

    async def give(self, request: Request, *, visitor: str) -> Response:
        """Answer with a visitor's own file; raises RefusedError for any other."""
        try:
            files = self._files()
            found = await files.find(f"{SCHEME}{request.path_params['id']}", owner=_owner(visitor))
            content = await files.read(found.reference)
        except UnknownFileError as error:
            raise RefusedError(404, "There is no such file in this conversation.") from error
        return Response(
            content,
            media_type=found.media_type,
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
                "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
            },
        )

    async def named(self, event: Inbound) -> Inbound:
        """Put what is kept in the place of the references that a message names; raises RefusedError."""
        if not event.attachments:
            return event
        files = self._files()
        if len(event.attachments) > self.settings.most:
            raise RefusedError(
                400, f"This was not kept: it has {len(event.attachments)} files, and one message takes "
                f"{self.settings.most}. They can be sent in two.",
            )  # fmt: skip
        references = [file.reference for file in event.attachments]
        try:
            found = await files.claim(references, owner=_owner(event.author.id))
        except UnknownFileError as error:
            raise RefusedError(
                409,
                "This message was not kept: one of its files is not here. Add the files again, then send it.",
            ) from error
        return replace(event, attachments=tuple(found))

    def _files(self) -> Files:
        if self.files is None or not self.settings.most:
            raise RefusedError(404, "This chat takes no files. A message without them can be sent.")
        return self.files

    def _no_more(self, error: TooManyBytesError) -> RefusedError:
        if error.everybody:
            return RefusedError(
                503,
                "This chat has taken as many files in 24 hours as it has room for. This one was not kept; "
                "a message without it can be sent.",
                retry_after=3600,
            )
        return RefusedError(
            429,
            f"{as_size(self.settings.per_visitor)} of files are taken from one visitor in 24 hours, and this "
            "one goes beyond that. It was not kept. A message without it can be sent.",
            retry_after=3600,
        )


def _owner(visitor: str) -> str:
    return f"{translate.PLATFORM}/{visitor}"
