"""What fans see when they type a slash."""

from collections.abc import Mapping

MENUS: Mapping[str, Mapping[str, str]] = {
    "": {
        "help": "What I can answer",
        "human": "Ask for a person",
        "privacy": "What is kept about you",
        "stop": "No more announcements",
    },
    "de": {
        "help": "Was ich beantworten kann",
        "human": "Einen Menschen fragen",
        "privacy": "Was über dich gespeichert ist",
        "stop": "Keine Ankündigungen mehr",
    },
    "es": {
        "help": "Lo que puedo responder",
        "human": "Pedir una persona",
        "privacy": "Qué se guarda sobre ti",
        "stop": "No recibir más anuncios",
    },
}
"""By the language of the fan's Telegram; the empty one is for all others."""


def menu(language: str) -> Mapping[str, object]:
    """Return the parameters of setMyCommands.

    >>> menu("de")["commands"][0]
    {'command': 'help', 'description': 'Was ich beantworten kann'}
    """
    commands = [{"command": name, "description": words} for name, words in MENUS[language].items()]
    return {"commands": commands, **({"language_code": language} if language else {})}
