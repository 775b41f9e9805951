"""How the creator sounds: ``config/voice.toml`` (P17)."""

from pydantic import Field

from fanbot.domain.voice import VoiceProfile
from fanbot.workspace.problems import Read
from fanbot.workspace.shape import Shape, Words, fit
from fanbot.workspace.toml_document import read_toml


class _Voice(Shape):
    forbidden: list[Words] = Field(
        default_factory=list,
        max_length=500,
        description="phrases that must not go out",
        examples=['forbidden = ["link in bio"]'],
    )
    replacements: dict[str, Words] = Field(
        default_factory=dict, description="words to say instead", examples=['"livestream" = "stream"']
    )
    signature: Words = Field(
        default=VoiceProfile().signature,
        description="how replies are signed",
        examples=['signature = "team"'],
    )


def read_voice(text: str, *, file: str) -> Read[VoiceProfile]:
    """Read the voice profile; raises RefusedFileError with every problem in it."""
    shape = fit(read_toml(text, file=file), _Voice)
    return Read(VoiceProfile(tuple(shape.forbidden), dict(shape.replacements), shape.signature))
