"""What a fan can choose instead of guessing a phrase (P10): buttons, or words to type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fanbot.domain.messages import Choice
from fanbot.domain.templates import About, Offer, Template
from fanbot.policy.commands import Wish
from fanbot.services.phrasebook import Phrasebook


@dataclass(frozen=True, slots=True)
class Menu:
    """The choices of one moment, in the fan's language as far as there is one."""

    templates: Mapping[str, Template]
    phrasebook: Phrasebook
    language: str

    @property
    def person(self) -> Choice:
        """Offer a person in one tap (P4, P12)."""
        return Choice(Wish.HUMAN.value, self.phrasebook.say("choice.person", self.language), "/human")

    def offers(self, offers: Sequence[Offer]) -> list[Choice]:
        """Offer what an editor put below an answer."""
        return [
            Choice(f"template:{offer.template}", offer.label, self._example(offer.template))
            for offer in offers
            if offer.template in self.templates
        ]

    def questions(self, names: Sequence[str]) -> list[Choice]:
        """Offer templates by an example of what they answer."""
        examples = [(name, self._example(name)) for name in names]
        return [Choice(f"template:{name}", example, example) for name, example in examples if example]

    def topics(self, *, platform: str, today: date) -> str:
        """List one example of everything that has an answer here."""
        offered = (
            template
            for template in self.templates.values()
            if template.about is not About.SMALL_TALK and template.live(platform=platform, today=today)
        )
        return "\n".join(f"- {example}" for t in offered if (example := self._example(t.id)))

    def _example(self, template: str) -> str:
        """Return what a fan can type to get a template: its first example in their language."""
        variants = self.templates[template].variants
        variant = variants.get(self.language) or next(iter(variants.values()))
        return next(iter(variant.examples), "")
