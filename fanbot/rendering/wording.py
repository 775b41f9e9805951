"""Notice when a text outside a promo block asks people to buy, join or subscribe (P3)."""

import re

_PROMO = re.compile(r"\{%[-+]?\s*promo\s*[-+]?%\}.*?(?:\{%[-+]?\s*endpromo\s*[-+]?%\}|\Z)", re.DOTALL)
_SPACE = re.compile(r"[\s*_`]+")
_PHRASES = (
    # English
    r"buy (?:now|today|yours|it here|tickets now)",
    r"(?:pre-?)?order (?:now|today|yours)",
    r"shop now",
    r"grab (?:yours|your (?:copy|tickets?))",
    r"(?:get|claim) yours (?:now|today|before)",
    r"(?:use|with) (?:the |my |our )?(?:discount |promo )?code",
    r"\d{1,3} ?% off",
    r"subscribe (?:now|today|to (?:my|our|the))",
    r"sign up (?:now|today)",
    r"(?:join|support) (?:me|us) on (?:patreon|ko-?fi|twitch)",
    r"(?:join|support) (?:my|our|the) (?:patreon|ko-?fi|membership|fan ?club)",
    r"become a (?:patron|member|subscriber)",
    r"(?:limited|special|exclusive)(?:[- ]time)? offer",
    r"(?:don['’]t|do not) miss",
    r"while (?:stocks?|supplies) lasts?",
    r"last chance to (?:buy|get|order)",
    # Spanish
    r"c[oó]mpral[oa]s? (?:ya|ahora|hoy|aquí)",
    r"compra (?:ya|ahora|hoy)",
    r"(?:pide|pídel[oa]|reserva|resérval[oa]) (?:ya|ahora|hoy)",
    r"usa (?:el |mi |nuestro )?c[oó]digo",
    r"\d{1,3} ?% de descuento",
    r"suscr[ií]bete",
    r"únete (?:a (?:mi|nuestro|nuestra)|al) (?:patreon|club|membresía)",
    r"hazte (?:miembro|socio|socia|mecenas)",
    r"oferta (?:limitada|especial|exclusiva)",
    r"no te l[oa]s? pierdas",
    r"(?:últimas unidades|hasta agotar existencias)",
    # German
    r"(?:jetzt|heute|gleich) (?:kaufen|bestellen|vorbestellen|sichern|abonnieren|zugreifen|mitglied werden)",
    r"(?:kauf|bestell|hol dir|sicher dir|abonnier)e? (?:\w+ )?(?:jetzt|heute|gleich)",
    r"mit dem (?:rabatt)?code",
    r"(?:rabatt|gutschein)code",
    r"\d{1,3} ?(?:%|prozent) (?:rabatt|günstiger)",
    r"werde? (?:jetzt )?(?:mitglied|patron)",
    r"(?:nur für kurze zeit|solange der vorrat reicht)",
    r"(?:limitiertes|begrenztes|exklusives) angebot",
    r"nicht verpassen|verpass(?:e|t)? nicht",
)
_PROMOTIONAL = re.compile(rf"(?<!\w)(?:{'|'.join(_PHRASES)})(?!\w)")


def promotional(body: str) -> bool:
    """Tell whether promotional wording stands in a body outside its promo block.

    It looks for set phrases of English, Spanish and German, so it rather misses one than blames an
    answer: naming a shop or a price is none.

    >>> promotional("The shirt is out. Order now with code SUMMER!")
    True
    >>> promotional("Orders leave within 3 days. {% promo %}Order now!{% endpromo %}")
    False
    """
    outside = _SPACE.sub(" ", _PROMO.sub(" ", body)).casefold()
    return _PROMOTIONAL.search(outside) is not None
