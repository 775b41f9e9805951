"""The phrases that no text may carry, by rule and language, as data for the voice check.

A phrase is a regular expression over words; case, accents and the shape of an apostrophe do not
matter, and it hits whole words only. The language ``*`` stands for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ban:
    """Phrases that break one rule in the same way, and what to write instead."""

    rule: str
    advice: str
    phrases: Mapping[str, tuple[str, ...]]


TOO_BUSY = Ban(
    "P1",
    "Say what happens with the message instead; a lack of time is heard as “you don't matter”.",
    {
        "en": (
            r"busy",
            r"(?:do not|don'?t|does not|doesn'?t|did not|didn'?t) have (?:the |any |enough |much )?time",
            r"(?:have not|haven'?t|has not|hasn'?t) (?:got |had )?(?:the |any |enough |much )?time",
            r"(?:have|has|had|got) no time",
            r"short (?:on|of) time",
            r"too many (?:\w+ )?(?:messages|requests|e-?mails|questions|comments|dms)",
            r"swamped|snowed under|hectic|(?:tight|packed|full) schedule",
            r"(?:flooded|overwhelmed) (?:with|by)",
            r"high volumes? of",
        ),
        "es": (
            r"(?:muy |tan |demasiado |est\w+ )(?:ocupad|liad)[oa]s?",
            r"ocupadísim[oa]s?",
            r"no (?:\w+ )?(?:tengo|tenemos|tiene|tienen|hay|da|queda) (?:el |mucho |suficiente )?tiempo",
            r"(?:por )?falta de tiempo",
            r"demasiad[oa]s (?:mensajes|correos|preguntas|peticiones|solicitudes|comentarios)",
            r"(?:desbordad|saturad)[oa]s?|agenda (?:muy )?(?:apretada|llena)",
            r"(?:gran|alto) volumen de",
        ),
        "de": (
            r"(?:bin|ist|sind|sehr|zu|gerade|so|stark|ziemlich|total|viel) beschäftigt",
            r"(?:so |zu |sehr )?viel zu tun",
            r"keine zeit|zeitmangel|aus zeitgründen|(?:voller|enger) terminkalender",
            r"zu viele (?:\w+ )?(?:nachrichten|anfragen|e-?mails|fragen|kommentare)",
            r"überlastet|ausgelastet|im stress|stressig",
            r"hohe[ns]? (?:nachrichten|anfrage)n?aufkommens?",
        ),
    },
)

VAGUE_TIME = Ban(
    "P16",
    "Give a date, or a time that somebody owns, or leave the time out.",
    {
        "*": (r"asap|a\.s\.a\.p",),
        "en": (
            r"as soon as (?:possible|(?:we|i|she|he|they) can)",
            r"(?<!too )(?<!how )(?<!as )soon(?! as)",
            r"shortly(?! (?:after|before))",
            r"in (?:just )?a moment(?! (?:of|when|that|like))",
            r"(?<!once )in a (?:minute|sec|bit|while|little while)",
            r"in (?:just a second|no time|due course)",
            r"any (?:day|minute|moment|time) now|before you know it|momentarily",
            r"at (?:our|my|your|the) earliest (?:convenience|opportunity)",
            r"stay tuned|watch this space",
        ),
        "es": (
            r"lo (?:antes|más pronto) posible|cuanto antes|a la (?:mayor )?brevedad",
            r"(?:tan pronto como|en cuanto) (?:sea posible|podamos|pueda)",
            r"(?<!de )(?<!tan )pronto",
            r"en breve|en ?seguida|dentro de poco|próximamente|ahorita",
            r"en un (?:momento(?! (?:de|en|que))|momentito|rato|ratito|instante)",
            r"de un momento a otro",
        ),
        "de": (
            r"so (?:bald|schnell|rasch) (?:wie|es) (?:möglich|geht|es geht)",
            r"sobald (?:wie möglich|möglich|es geht|(?:wir|ich) (?:können|kann))",
            r"(?:schnellst|ehest|frühest|bald)möglich\w*",
            r"(?<!so )(?<!wie )(?:als)?bald(?! (?:darauf|danach))",
            r"demnächst|in (?:bälde|kürze)|zeitnah|umgehend|im handumdrehen",
            r"in (?:einem moment|wenigen (?:augenblicken|minuten)|absehbarer zeit)",
        ),
    },
)

WEAK_WORDS = Ban(
    "P16",
    "Say what is known, or say plainly that it is not known.",
    {
        "en": (
            r"(?:i|we) (?:think|guess|suppose|believe(?! in))",
            r"probably|hopefully|as far as (?:i|we) know",
            r"(?:i'm|we're|i am|we are) (?:pretty|fairly|quite|almost) sure",
            r"(?:we|i|they|she|he)(?:'ll| will) try|(?:will|'ll) do (?:our|my) best",
            r"should (?:be|arrive|work|ship)",
        ),
        "es": (
            r"cre(?:o|emos) que|me parece que|supon(?:go|emos)(?: que)?",
            r"probablemente|seguramente|a lo mejor|ojalá|con suerte|esperemos que",
            r"(?:intentaré|intentaremos|trataré de|trataremos de|vamos a intentar)",
            r"haremos lo posible",
            r"deberían? (?:estar|ser|llegar|funcionar)",
        ),
        "de": (
            r"ich (?:glaube|denke|schätze|vermute)(?! an)|wir (?:glauben|denken|vermuten)(?! an)",
            r"(?:glaube|denke|schätze|vermute) ich",
            r"wahrscheinlich|vermutlich|hoffentlich|soweit (?:ich weiß|wir wissen)",
            r"(?:wir|ich) (?:(?:werden|werde) (?:\w+ ){0,4}versuchen|versuchen?)",
            r"geben unser bestes",
            r"sollten? (?:\w+ ){0,3}(?:sein|ankommen|klappen|funktionieren)",
        ),
    },
)

UNOWNED_PROMISE = Ban(
    "P16",
    "Name who does it, or say only what is on record: nobody owns this promise.",
    {
        "en": (
            (
                r"(?:we|someone|somebody|they|(?:our|the) (?:\w+ )?team)(?: \w+ (?:our|the) team)?"
                r"(?:'ll| will|'re going to| are going to| is going to) (?:\w+ )?"
                r"(?:get back|be in touch|reach out|contact you|follow up|respond|reply|answer"
                r"|look into|come back to you|let you know)"
            ),
            r"you(?:'ll| will) hear (?:back )?from us|you(?:'ll| will) hear back",
        ),
        "es": (
            r"(?:te|os|le|les) (?:responderemos|contestaremos|contactaremos|escribiremos|avisaremos)",
            r"alguien (?:\w+ ){0,4}(?:responderá|contestará|contactará|escribirá|avisará)",
            r"(?:nos pondremos|se pondrán?) en contacto|recibirás (?:una )?respuesta",
        ),
        "de": (
            r"(?:wir )?melden uns|werden uns (?:\w+ ){0,4}melden|jemand meldet sich",
            r"wird sich (?:\w+ ){0,4}melden|jemand (?:\w+ ){0,3}antwortet",
            r"wir (?:antworten dir|geben dir bescheid|kümmern uns)|du hörst von uns",
        ),
    },
)

EXCUSE = Ban(
    "P16",
    "Say what really happened, or leave the reason out.",
    {
        "en": (r"beyond (?:our|my) control|technical (?:difficulties|reasons)",),
        "es": (r"ajenas a nuestra voluntad|(?:motivos|problemas) técnicos",),
        "de": (r"aus technischen gründen|außerhalb unserer kontrolle",),
    },
)

FAKE_LOVE = Ban(
    "P18",
    "Say something plain that is true; a business and a machine do not love.",
    {
        "en": (
            r"we (?:\w+ )?(?:love|adore|cherish) (?:you|u|ya|our|your|all|every|each|hearing)",
            r"love (?:you|ya|u) (?:all|guys|so much)|(?:lots of|so much|much|all (?:our|my)) love",
            r"passionate (?:about|team|fans?)|(?:our|a) passion|passion for",
            r"(?:delighted|thrilled|overjoyed|ecstatic|excited) (?:to|that|about|by|with)",
            r"(?:super|so|very|really) excited|over the moon",
            r"(?:can'?t|can not|cannot) wait",
            r"means the world|(?:made|makes) (?:our|my) (?:day|heart)",
        ),
        "es": (
            r"(?:te|os|los|las|les) (?:queremos|adoramos|amamos)(?! \w+[aei]r(?:te|os|lo|la|le|nos)?\b)",
            r"nos encantan? (?:leer|que|saber|recibir|tu|tus|vuestr)\w*",
            r"encantad[oa]s de|apasiona\w*|pasión por|con (?:todo )?(?:nuestro |mi )?amor",
            r"(?:ilusionad|emocionad|entusiasmad)[oa]s|mucha ilusión|felices de",
            r"no (?:podemos|puedo) esperar|no (?:vemos|veo) la hora",
        ),
        "de": (
            r"(?:wir )?lieben (?:euch|dich|eure|deine)|wir haben (?:euch|dich) lieb",
            r"unsere leidenschaft|leidenschaft für|mit (?:\w+ )?(?:liebe|leidenschaft|herzblut)",
            r"(?:wir )?(?:sind|bin) (?:\w+ )?begeistert|überglücklich|hin und weg",
            r"freue[nt]? (?:uns|mich|sich) (?:\w+ )?(?:wahnsinnig|riesig|unglaublich|total|mega)",
            r"kaum erwarten",
        ),
    },
)

SCOLDING = Ban(
    "P2",
    "Answer the question itself; nobody who writes is scolded.",
    {
        "en": (
            r"calm down|stop asking|not (?:our|my) (?:problem|fault|job)|rtfm",
            r"(?:as|like) (?:i|we) (?:already |have )?(?:said|mentioned|told|explained|stated)",
            r"you (?:should|could)(?:'?ve| have)|if you had (?:read|checked|looked)",
            r"read (?:the|our) faqs?",
        ),
        "es": (
            r"cálmate|calmaos|cálmense|tranquilízate|no es (?:nuestro|mi) problema",
            r"como (?:ya )?(?:te |os |le |les )?(?:dij(?:e|imos)|h(?:e|emos) (?:dicho|explicado))",
            r"como (?:ya )?(?:te |os |le |les )?(?:comenté|comentamos|expliqué|explicamos)",
            r"(?:deberías|tendrías que|tenías que) haber|debiste",
            r"lee(?:te)? (?:las? )?(?:faqs?|preguntas frecuentes)|deja de (?:preguntar|insistir)",
        ),
        "de": (
            r"beruhige? dich|beruhigt euch|nicht (?:unser|mein) problem|hör auf zu",
            r"wie (?:(?:ich|wir) )?(?:dir |euch )?(?:bereits |schon )?(?:gesagt|erwähnt|erklärt)",
            r"(?:du hättest|hättest du) (?:\w+ ){0,5}(?:sollen|müssen|können)",
            r"lies (?:\w+ ){0,2}(?:die|unsere|den) faqs?",
        ),
    },
)

BANS = (TOO_BUSY, VAGUE_TIME, WEAK_WORDS, UNOWNED_PROMISE, EXCUSE, FAKE_LOVE, SCOLDING)
