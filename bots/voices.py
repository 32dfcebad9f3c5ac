"""Ears and mouths for calls, and what each question makes them ready to hear."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import product
from pathlib import Path
from threading import Lock

from dialogs.events import Reply
from dialogs.expected import expected
from dialogs.script import Script
from voice_models import phrases
from voice_models.recogniser import Ear, Listening, Recognised, ear
from voice_models.synthesiser import Mouth
from voice_models.telephone import Samples, decode, joined, padded, pcm

PIECE = 1280  # samples exchanged at a time, 160 ms
SURELY = 0.9  # confidence of an answer before the question was out
# Confidence of an answer in the other language, by the ear: unrelated words of ours sound like some answer there. The
# English ear gave none of 120 Mandarin answers more than 0.944, and a third of English ones 0.95 and more.
SURELY_OTHER = {"en": 0.95, "zh": 0.97}
OTHER = {"zh": "en", "en": "zh"}
READY = 4  # recognisers made beforehand for each question
SENTENCE_ENDS = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+")
# Topics by the kind of a question (they are also names of answers), and the kinds of `phrases` that go with each.
TOPICS = {
    "temperature": ("temperature",), "yes_no": ("confirm",), "symptoms": ("symptoms",),
    "one_of": ("identity", "temperature", "call_time"),
    "members": ("members", "symptoms"), "when": ("onset",), "count": ("count",), "number": ("count", "number"),
    "call_time": ("call_time",), "any_of": ("needs",), "confirm": ("confirm",),
}  # fmt: skip
KINDS = {
    "temperature": ("temperature",), "symptoms": ("symptoms",), "identity": ("yes_no",), "members": ("symptoms",),
    "onset": ("onset",), "contact": ("contact",), "needs": ("yes_no",), "confirm": ("yes_no",),
    "call_time": ("moment",), "count": ("household",), "number": ("digits",), "fever": ("yes_no",),
}  # fmt: skip


class Voices:
    """Ears and mouths by language, and the grammar of each question, prepared once; shared by all calls."""

    def __init__(self, models: Mapping[str, Path], cache: Path | None = None) -> None:
        self.ears: dict[str, Ear] = {language: ear(folder) for language, folder in models.items()}
        self.mouths = {language: Mouth(language, cache=cache) for language in models}
        self._grammars = lru_cache(maxsize=256)(self._grammar)
        self._lock = Lock()

    def grammar(self, expects: tuple[str, ...], topics: tuple[str, ...], language: str) -> str:
        """The grammar of a question; made once, however many calls come to it at the same time."""
        with self._lock:
            return self._grammars(expects, topics, language)

    def listen(self, reply: Reply) -> Listening:
        """Begin to listen for what may be answered."""
        language = spoken_language(reply.language)
        return self.ears[language].listen(self.grammar(reply.expects, topics(reply), language))

    def in_other_language(self, reply: Reply, samples: Samples) -> Recognised | None:
        """The answer in the language that the robot does not speak just now, if it is surely one."""
        language = OTHER[spoken_language(reply.language)]
        if language not in self.ears:
            return None
        heard = self.ears[language].recognise(pcm(samples), self.grammar((), topics(reply), language), again=False)
        return heard if heard.accepted and heard.confidence >= SURELY_OTHER[language] else None

    def prepare(self, script: Script, calls: int = 1) -> None:
        """Makes ready what each question of a script needs, so that the first of so many calls at once need not wait.

        More recognisers are made as they are needed.
        """
        for language, question in product(self.ears, script.questions.values()):
            spoken = "en" if language == "en" else "zh-Hans"
            about = _topics(question.kind, (question.name,))
            grammar = self.grammar(expected(script, question, spoken), about, language)
            self.ears[language].prepare(grammar, min(calls, READY))
        for language, mouth in self.mouths.items():
            mouth.speak("Hello." if language == "en" else "您好。")

    def prompt(self, text: str, language: str) -> Samples:
        """A wording as samples, spoken sentence by sentence: most of them are the same for everybody."""
        mouth = self.mouths[spoken_language(language)]
        return padded(
            joined([decode(mouth.speak(sentence)) for sentence in SENTENCE_ENDS.split(text) if sentence]), PIECE
        )

    def _grammar(self, expects: tuple[str, ...], topics: tuple[str, ...], language: str) -> str:
        kinds = dict.fromkeys(kind for topic in topics for kind in KINDS.get(topic, ()))
        of_kind = [phrase for kind in kinds for phrase in phrases.expected(language, kind)]
        usual = [phrase for topic in topics for phrase in phrases.usual(language, topic)]
        return self.ears[language].grammar((*expects, *of_kind, *usual))


@lru_cache(maxsize=256)
def _topics(kind: str, named: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*TOPICS.get(kind, ()), *(name for name in named if name in KINDS)]))


def topics(reply: Reply) -> tuple[str, ...]:
    """What is being talked of: by the kind of the question, by the name of the answer, and by what is read back."""
    listed = ("symptoms",) if "symptom" in reply.asked else ()
    return _topics(reply.kind, (*listed, str(reply.asked.get("name")), *reply.asked.get("said", ())))


def spoken_language(language: str) -> str:
    """The language of a model, "zh" or "en"."""
    return "en" if language == "en" else "zh"
