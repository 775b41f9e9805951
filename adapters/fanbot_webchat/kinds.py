"""What a file is, read from its first bytes; what a browser or a name says of it counts for nothing."""

from collections.abc import Callable
from dataclasses import dataclass

_HEAD = 4_096
"""Bytes in which a WebM names its codecs."""
_MP4 = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4A ", b"M4B ")


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file. ``name`` is what people call it; ``endings`` fit it, the usual one first."""

    media_type: str
    name: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]


def _mp4(content: bytes) -> bool:
    """See an ISO media file by its brand (ISO/IEC 14496-12)."""
    return content[4:8] == b"ftyp" and content[8:12] in _MP4


def _mp4_sound(content: bytes) -> bool:
    """See one that says it is sound, or whose every track is; telephones record under a video's brand."""
    if not _mp4(content):
        return False
    tracks = {part[8:12] for part in content.split(b"hdlr")[1:]}
    return b"vide" not in tracks and (b"soun" in tracks or content[8:11] in (b"M4A", b"M4B"))


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == form


def _mpeg_sound(head: bytes) -> bool:
    """See a tag, or the first frame of MPEG audio layer 3 (ISO/IEC 11172-3)."""
    if head[:3] == b"ID3":
        return True
    return len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0


def _webm(*marks: bytes) -> Callable[[bytes], bool]:
    def fits(head: bytes) -> bool:
        return (
            head[:4] == b"\x1a\x45\xdf\xa3"
            and b"webm" in head[:64]
            and any(mark in head[:_HEAD] for mark in marks)
        )

    return fits


def _ogg_sound(head: bytes) -> bool:
    return head[:4] == b"OggS" and head[28:36].startswith(
        (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
    )


KINDS: tuple[FileKind, ...] = (
    FileKind("image/png", "PNG", ("png",), lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    FileKind("image/jpeg", "JPEG", ("jpg", "jpeg"), lambda head: head.startswith(b"\xff\xd8\xff")),
    FileKind("image/gif", "GIF", ("gif",), lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    FileKind("image/webp", "WebP", ("webp",), _riff(b"WEBP")),
    FileKind("application/pdf", "PDF", ("pdf",), lambda head: head.startswith(b"%PDF-")),
    FileKind("audio/mpeg", "MP3", ("mp3",), _mpeg_sound),
    FileKind("audio/mp4", "M4A", ("m4a",), _mp4_sound),
    FileKind("audio/ogg", "Ogg", ("ogg", "oga", "opus"), _ogg_sound),
    FileKind("video/webm", "WebM video", ("webm",), _webm(b"V_VP8", b"V_VP9", b"V_AV1")),
    FileKind("audio/webm", "WebM", ("webm", "weba"), _webm(b"A_OPUS", b"A_VORBIS")),
    FileKind("audio/wav", "WAV", ("wav",), _riff(b"WAVE")),
    FileKind("video/mp4", "MP4", ("mp4", "m4v", "mov"), _mp4),
)
"""The first that fits counts, so a recording with pictures is not taken for sound."""

USUAL = tuple(kind.media_type for kind in KINDS if not kind.media_type.startswith("video/"))
"""What is taken unless the settings say otherwise: pictures, PDF and sound."""


def kind_of(content: bytes) -> FileKind | None:
    r"""Return what the bytes are, None for anything that is not known here, SVG and HTML among it.

    >>> kind = kind_of(b"\x89PNG\r\n\x1a\n....")
    >>> kind.media_type if kind else None
    'image/png'
    >>> kind_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), kind_of(b"<!doctype html>"), kind_of(b"")
    (None, None, None)
    """
    return next((kind for kind in KINDS if kind.fits(content)), None)


def called(name: str, kind: FileKind) -> str:
    r"""Return a name without folders and hidden characters that says what the file is.

    >>> kind = KINDS[0]
    >>> called("C:\\me\\cat.PNG", kind), called("../../cat.html", kind), called("\u202e.", kind)
    ('cat.PNG', 'cat.html.png', 'file.png')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    stem, _, ending = clean.rpartition(".")
    if stem and ending.lower() in kind.endings:
        return f"{stem[-_LONGEST:]}.{ending}"
    return f"{clean[:_LONGEST] or 'file'}.{kind.endings[0]}"


_LONGEST = 100
"""Characters of a name before its ending."""
