"""What a Telegram message holds beside its words."""

from collections.abc import Mapping
from typing import Any

from fanbot.domain.messages import Attachment

_FILES: Mapping[str, str] = {
    "animation": "video/mp4",
    "audio": "audio/mpeg",
    "document": "",
    "live_photo": "",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "voice": "audio/ogg",
}
"""Files, and the media type where the platform names none."""
_THINGS: Mapping[str, str] = {
    "checklist": "a checklist",
    "contact": "a contact",
    "dice": "a dice",
    "game": "a game",
    "invoice": "an invoice",
    "location": "a location",
    "paid_media": "paid media",
    "poll": "a poll",
    "rich_message": "a formatted message",
    "story": "a story",
    "venue": "a place",
    "giveaway": "a giveaway",
    "giveaway_winners": "winners of a giveaway",
    "gift": "a gift",
    "unique_gift": "a gift",
    "successful_payment": "a payment",
    "users_shared": "shared users",
    "chat_shared": "a shared chat",
    "web_app_data": "data of a web app",
    "passport_data": "passport data",
}
"""What is no file and no text; it stays on the platform and is named to people."""
_LARGEST_SIZE = 2**63 - 1


def attachments(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """Return the files and other things of a message; empty where there are words alone.

    The reference is ``telegram:`` and the file's id, or ``telegram:`` and the name of the field.

    >>> attachments({"voice": {"file_id": "AwAC", "mime_type": "audio/ogg", "file_size": 900}})
    (Attachment(reference='telegram:AwAC', name='', media_type='audio/ogg', size=900),)
    >>> attachments({"location": {"latitude": 1.0, "longitude": 2.0}})[0].name
    'a location'
    """
    found = [_photo(message.get("photo")), _sticker(message.get("sticker"))]
    for field, media_type in _FILES.items():
        if field == "document" and "animation" in message:
            continue  # the same file once more, for old clients
        found.append(_file(message.get(field), media_type))
    for field, name in _THINGS.items():
        if field == "location" and "venue" in message:
            continue
        if isinstance(message.get(field), Mapping):
            found.append(Attachment(f"telegram:{field}", name))
    return tuple(each for each in found if each is not None)


def _photo(sizes: object) -> Attachment | None:
    if not isinstance(sizes, list):
        return None
    known = [size for size in sizes if isinstance(size, Mapping) and isinstance(size.get("file_id"), str)]
    if not known:
        return None
    return _file(max(known, key=lambda size: (_whole(size.get("width")), _size(size))), "image/jpeg")


def _sticker(sticker: object) -> Attachment | None:
    found = _file(sticker, "image/webp")
    if found is None or not isinstance(sticker, Mapping):
        return None
    media_type = "video/webm" if sticker.get("is_video") else found.media_type
    if sticker.get("is_animated"):
        media_type = "application/x-tgsticker"
    emoji = sticker.get("emoji")
    name = f"sticker {emoji}" if isinstance(emoji, str) else "sticker"
    return Attachment(found.reference, name, media_type, found.size)


def _file(file: object, media_type: str) -> Attachment | None:
    if not isinstance(file, Mapping) or not isinstance(file.get("file_id"), str):
        return None
    name, told = file.get("file_name"), file.get("mime_type")
    return Attachment(
        f"telegram:{whole(file['file_id'])}",
        whole(name) if isinstance(name, str) else "",
        whole(told) if isinstance(told, str) else media_type,
        _size(file),
    )


def whole(text: str) -> str:
    r"""Put U+FFFD for NUL and half surrogate pairs, which no store takes.

    >>> whole("half \ud83d, nul \0")
    'half �, nul �'
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _size(file: Mapping[str, Any]) -> int:
    return _whole(file.get("file_size"))


def _whole(number: object) -> int:
    return number if type(number) is int and 0 <= number <= _LARGEST_SIZE else 0
