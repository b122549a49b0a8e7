"""What the synthesisers say: the wake word, words that sound like it, and everyday sentences."""

import random

# Spellings with which a voice of another language says "computer" as its speakers do.
SPELLINGS = {
    "en": ["computer"],
    "es": ["compiúter", "compiuter"],
    "de": ["Computer", "Kompjuter"],
    "it": ["compiuter", "computer"],
    "fr": ["compiouteur", "computeur"],
    "pt": ["compiúter", "computer"],
    "nl": ["computer"],
    "pl": ["komputer", "kompiuter"],
    "sv": ["kompjuter"],
    "tr": ["kompyuter"],
    "hi": ["कंप्यूटर"],
    "ru": ["компьютер"],
}

# Alone, or called: the word is the last that is said.
CALLS = {
    "en": ["{}", "{}", "{}", "hey {}", "okay {}", "hi {}", "hello {}"],
    "es": ["{}", "jey {}", "oye {}"],
    "de": ["{}", "hey {}", "hallo {}"],
    "it": ["{}", "ehi {}"],
    "fr": ["{}", "dis {}"],
    "pt": ["{}", "ei {}"],
    "nl": ["{}", "hé {}"],
    "pl": ["{}", "hej {}"],
    "sv": ["{}", "hej {}"],
    "tr": ["{}"],
    "hi": ["{}"],
    "ru": ["{}"],
}

CONFUSABLE = """
commuter compute computing computed computation commute confuser accuser pewter tutor suitor future
competitor compete competing community consumer composer comforter compactor compressor conductor
scooter router looter shooter hooter neuter neutral rooter cuter muter polluter recruiter commuters
diluter disputer executor contributor distributor prosecutor company compare compost complete complain
complex comment common compound comfort comfy combine combat command campus camper damper pamper
jumper bumper dumper pump compass comb come coming cucumber number lumber slumber kumquat amputee
impute imputed reputed deputy dispute refute salute repute mutant putter butter cutter gutter mutter
athena america jupiter juniper january puter uter pewters beauty duty cutie continue contour conquer
canter center counter encounter computable incubator amputate
""".split()

CONFUSABLE_PHRASES = """
come to her | come here | comb your hair | come pew | compute a | can you turn | pump it up | come cute her
a commuter train | the new router | the future of | she is a tutor | is it neutral | a cuter one
come you two | calm pewter | from future | compose her | compete or | combine two | come put it here
come in peter | compass point | a new scooter | thumb tutor | um future | hey tutor | hey commuter | okay tutor
hey peter | hey cooper | hey compass | okay compute | hey google | hey siri | alexa | hey jarvis | okay nabu
""".strip().split("|")

SUBJECTS = (
    """
I | you | my sister | the children | our neighbour | the old man | a doctor | the teacher | your friend | nobody
everyone | the driver | this machine | the radio | her cousin | a customer | the company | the weather
""".strip()
    .replace("\n", "|")
    .split("|")
)

VERBS = (
    """
bought | forgot | will need | is looking for | cannot find | wants | likes | brought | has lost | remembers | painted
cleaned | ordered | was asking about | would rather have | opened | talked about | complained about | counted
""".strip()
    .replace("\n", "|")
    .split("|")
)

OBJECTS = (
    """
a cup of coffee | the blue umbrella | two tickets | some music | the kitchen window | a new pair of shoes | the news
that old book | a large pizza with mushrooms | the garden gate | the number of the bus | three potatoes | a cucumber
the television | my telephone | the light in the hall | an important letter | the train to the city | a commuter ticket
the future | her tutor | a computing course | the community centre | a cup of tea with milk | his scooter
""".strip()
    .replace("\n", "|")
    .split("|")
)

ENDINGS = (
    """
today | in the morning | before dinner | at the station | as usual | for ten minutes | with a friend | last summer
on the second floor | again and again | without any doubt | because it was raining | after the concert | in July
""".strip()
    .replace("\n", "|")
    .split("|")
)

COMMANDS = (
    """
turn on the lights | what time is it | set a timer for five minutes | play some music | stop | louder please
how is the weather tomorrow | call my mother | next song | good morning | good night | open the door | yes | no
one two three four five | six seven eight nine ten | volume up | volume down | pause | thank you very much | hello
what is the capital of Peru | add milk to the shopping list | remind me at noon | where is my phone | switch it off
""".strip()
    .replace("\n", "|")
    .split("|")
)

FOREIGN = {
    "es": [
        "buenos días",
        "cómo estás",
        "enciende la luz",
        "qué hora es",
        "mañana por la mañana",
        "compramos fruta",
        "ordenador",
        "computadora",
        "oye ordenador",
    ],
    "de": ["guten Morgen", "wie spät ist es", "kommt Peter", "mach das Licht an", "komm runter", "kaputte Tür"],
    "it": ["buongiorno", "che ore sono", "accendi la luce", "compriamo il pane", "come stai"],
    "fr": ["bonjour", "quelle heure est-il", "allume la lumière", "comme toujours", "comment ça va"],
    "pt": ["bom dia", "que horas são", "acende a luz", "comprar pão", "como vai você"],
    "nl": ["goedemorgen", "hoe laat is het", "doe het licht aan", "kom pieter"],
    "pl": ["dzień dobry", "która godzina", "włącz światło", "kupić chleb"],
    "sv": ["god morgon", "vad är klockan", "tänd lampan"],
    "tr": ["günaydın", "saat kaç", "ışığı aç"],
    "hi": ["नमस्ते", "क्या समय हुआ है"],
    "ru": ["доброе утро", "который час", "включи свет"],
}


def _of(parts: list[str], chance: random.Random) -> str:
    return chance.choice(parts).strip()


def call(language: str, chance: random.Random) -> str:
    """The wake word as somebody says it to a device."""
    return chance.choice(CALLS[language]).format(chance.choice(SPELLINGS[language]))


def talk(language: str, chance: random.Random) -> str:
    """Anything but the wake word."""
    if language != "en":
        return ", ".join(chance.sample(FOREIGN[language], 2))
    kind = chance.random()
    if kind < 0.3:
        return ", ".join(chance.sample(CONFUSABLE, 4))
    if kind < 0.45:
        return ", ".join(_of(CONFUSABLE_PHRASES, chance) for _ in range(2))
    if kind < 0.6:
        return ", ".join(_of(COMMANDS, chance) for _ in range(2))
    return " ".join(_of(parts, chance) for parts in (SUBJECTS, VERBS, OBJECTS, ENDINGS))


def everyday(text: str) -> bool:
    """Whether it is an English sentence or command, and not made of what sounds like the wake word."""
    alike = {*CONFUSABLE, *(phrase.strip() for phrase in CONFUSABLE_PHRASES)}
    foreign = {phrase for phrases in FOREIGN.values() for phrase in phrases}
    return not any(part in alike or part in foreign for part in text.split(", "))
