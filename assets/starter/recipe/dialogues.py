"""Makes dialogues out of the corpus: questions in many disguises, follow-ups, system prompts, declines."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .corpus import DECLINE, LANGUAGES, Corpus
from .held_out import Guard

SOCIAL = {"greeting", "salam", "how_are_you", "thanks", "goodbye", "okay", "complaint", "praise"}
# what may be asked for about the last reply
WISHES = ("shorter", "example", "steps", "why", "repeat", "to_arabic", "to_english")
# what a follow-up asks for -> the style of the answer
FOLLOW_UP_STYLES = {"shorter": "short", "example": "example", "steps": "steps", "why": "why"}


@dataclass(frozen=True)
class Turn:
    user: str
    assistant: str
    topic: str
    style: str
    language: str  # of the answer
    shown: str | None = None  # what stands in the history instead of the answer; it is not trained
    wish: str | None = None  # where it is a wish about the last reply, one of WISHES


@dataclass(frozen=True)
class Dialogue:
    system: str | None
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Mix:
    """Shares of what the training sees."""

    off_topic: float = 0.25
    follow_up: float = 0.42  # of later turns
    system: float = 0.5
    templated: float = 0.25  # of topic questions: form x phrase
    explicit_style: float = 0.06
    turns: tuple[float, ...] = (0.62, 0.23, 0.1, 0.05)
    disguise: float = 0.6
    reworded: float = 0.35  # of earlier answers


_DIACRITICS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
_KEYS_EN = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS_AR = ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرلاىةوزظ")


def _neighbours(rows: Sequence[str]) -> dict[str, str]:
    return {c: (row[i - 1] if i else "") + row[i + 1 : i + 2] for row in rows for i, c in enumerate(row)}


_NEAR = _neighbours(_KEYS_EN) | _neighbours(_KEYS_AR)


def _typo(rng: random.Random, text: str) -> str:
    at = [i for i, c in enumerate(text) if c.isalpha()]
    if len(at) < 6:
        return text
    i = rng.choice(at)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:i] + text[i + 1 :]
    if kind == 1:
        return text[:i] + text[i] + text[i:]
    if kind == 2 and i + 1 < len(text):
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    near = _NEAR.get(text[i].lower(), "")
    return text[:i] + rng.choice(near) + text[i + 1 :] if near else text


class Maker:
    """Draws dialogues; the same seed and corpus give the same ones."""

    def __init__(self, corpus: Corpus, seed: int, mix: Mix | None = None, guard: Guard | None = None) -> None:
        self.guard = guard
        self.corpus = corpus
        self.rng = random.Random(seed)
        self.mix = mix or Mix()
        self.names = [n for n in corpus.topics if n != DECLINE]
        # large topics are asked a little more often than small ones
        self.weights = [sum(len(s.wordings) for s in corpus.topics[n].sides.values()) ** 0.5 for n in self.names]
        self.swaps = {a: tuple(p.split(" = ", 1) for p in corpus.forms[a].get("swaps", ())) for a in LANGUAGES}

    # -- questions ---------------------------------------------------------------------------------------------

    def disguise(self, text: str, language: str) -> str:
        """The same question as another hand would type it."""
        rng, forms = self.rng, self.corpus.forms[language]
        if rng.random() < 0.3 and self.swaps[language]:
            for old, new in rng.sample(self.swaps[language], min(12, len(self.swaps[language]))):
                if f" {old} " in f" {text} ":
                    text = f" {text} ".replace(f" {old} ", f" {rng.choice(new.split(' / '))} ", 1).strip()
                    break
        words = text.split()
        if len(words) > 3 and rng.random() < 0.1:
            words.pop(rng.randrange(len(words)))
        if len(words) > 3 and rng.random() < 0.05:
            i = rng.randrange(len(words) - 1)
            words[i], words[i + 1] = words[i + 1], words[i]
        text = " ".join(words)
        if rng.random() < 0.14 and len(words) > 1:
            text = rng.choice(forms["frames"]).replace("{}", text)
        elif rng.random() < 0.09 and len(words) > 2:
            text = " ".join((*rng.sample(forms["leads"], rng.choice((1, 1, 2))), text))
        if rng.random() < 0.16:
            text = f"{rng.choice(forms['prefixes'])} {text}"
        if rng.random() < 0.12:
            text = f"{text} {rng.choice(forms['suffixes'])}"
        for _ in range(rng.choice((0, 0, 0, 0, 1, 1, 2))):
            text = _typo(rng, text)
        if language == "ar":
            if rng.random() < 0.35:
                text = re.sub("[أإآ]", "ا", text)
            if rng.random() < 0.15:
                text = re.sub(r"ة\b", "ه", text)
            if rng.random() < 0.1:
                text = re.sub(r"ى\b", "ي", text)
            elif rng.random() < 0.05:
                text = re.sub(r"ي\b", "ى", text)
            if rng.random() < 0.04:
                text = "".join(
                    c + (rng.choice(_DIACRITICS) if c.isalpha() and rng.random() < 0.4 else "") for c in text
                )
            if rng.random() < 0.02:
                text = re.sub(r"([اوي])(?=\w)", r"\1\1\1", text, count=1)
        else:
            r = rng.random()
            if r < 0.35:
                text = text[:1].upper() + text[1:]
            elif r < 0.38:
                text = text.upper()
            elif r < 0.42:
                text = text.title()
            elif r < 0.6:
                text = text.lower()
        return text

    def _finish(self, text: str, language: str) -> str:
        if self.rng.random() < self.mix.disguise:
            text = self.disguise(text, language)
        elif language == "en" and self.rng.random() < 0.5:
            text = text[:1].upper() + text[1:]
        if text and text[-1].isalnum():
            text += self.rng.choice(
                ("", "", "", "?" if language == "en" else "؟", "?" if language == "en" else "؟", ".", "!")
            )
        return text.lower()  # as the template writes it

    def fresh(self, draw: Callable[[], str]) -> str:
        """A drawn text that is near nothing held out."""
        for _ in range(200):
            text = draw()
            if self.guard is None or not self.guard.near(text):
                return text
        raise RuntimeError(f"all of 200 drawn texts are near the test set, the last one: {text}")

    def question(self, topic: str, language: str) -> str:
        return self.fresh(lambda: self._question(topic, language))

    def off_topic(self, language: str) -> str:
        return self.fresh(lambda: self._off_topic(language))

    def wish(self, kind: str, language: str) -> str:
        return self.fresh(lambda: self._finish(self.rng.choice(self.corpus.follow_ups[kind][language]), language))

    def _question(self, topic: str, language: str) -> str:
        rng, side, forms = self.rng, self.corpus.topics[topic].sides[language], self.corpus.forms[language]
        if (side.nouns or side.verbs) and rng.random() < self.mix.templated:
            if side.nouns and (not side.verbs or rng.random() < 0.5):
                return self._finish(rng.choice(forms["nouns"]).replace("{}", rng.choice(side.nouns)), language)
            return self._finish(rng.choice(forms["verbs"]).replace("{}", rng.choice(side.verbs)), language)
        text = rng.choice(side.wordings)
        if topic in SOCIAL:
            return self._finish(text, language)
        if rng.random() < 0.04:
            text = f"{text}{rng.choice((', ', '. ', '? '))}{rng.choice(side.wordings)}"
        return self._finish(text, language)

    def _off_topic(self, language: str) -> str:
        rng, off = self.rng, self.corpus.off_topic[language]
        r = rng.random()
        if r < 0.35:
            return self._finish(rng.choice(off.prompts), language)
        if r < 0.6:
            return self._finish(rng.choice(off.hard_negatives), language)
        if r < 0.78:
            text = re.sub(r"\{(\w+)\}", lambda m: rng.choice(off.slots[m[1]]), rng.choice(off.patterns))
            return self._finish(text, language)
        if r < 0.91:
            return self._finish(rng.choice(off.noun_forms).replace("{}", rng.choice(off.nouns)), language)
        return self._finish(rng.choice(off.verb_forms).replace("{}", rng.choice(off.verbs)), language)

    # -- answers -----------------------------------------------------------------------------------------------

    def answer(self, topic: str, language: str, style: str) -> tuple[str, str]:
        """An answer and the style that it really has: a topic without such a style falls back to the standard one."""
        answers = self.corpus.topics[topic].sides[language].answers
        style = style if style in answers else "standard"
        return self.rng.choice(answers[style]), style

    # -- dialogues ---------------------------------------------------------------------------------------------

    def dialogue(self) -> Dialogue:
        rng, mix, corpus = self.rng, self.mix, self.corpus
        language = rng.choice(LANGUAGES)
        system, brief, forced, warm = self._system(language)
        while system is not None and self.guard is not None and self.guard.near(system):
            system, brief, forced, warm = self._system(language)
        count = rng.choices(range(1, len(mix.turns) + 1), mix.turns)[0]
        turns: list[Turn] = []
        for _ in range(count):
            last = turns[-1] if turns else None
            if rng.random() < 0.06:
                language = "ar" if language == "en" else "en"
            target = forced or language
            base = "short" if brief else "standard"
            if last and last.topic not in SOCIAL and rng.random() < mix.follow_up:
                turns.append(self._follow_up(last, language, target, base))
                continue
            if rng.random() < mix.off_topic:
                topic, text = DECLINE, self.off_topic(language)
            else:
                topic = rng.choices(self.names, self.weights)[0]
                text = self.question(topic, language)
                answers = corpus.topics[topic].sides[target].answers
                if topic not in SOCIAL and rng.random() < mix.explicit_style:
                    wish = rng.choice(("short", "example", "steps", "other"))
                    if wish == "other" and not forced:
                        target = "ar" if language == "en" else "en"
                        text = rng.choice(corpus.forms[language]["in_other"]).replace("{}", text)
                    elif wish in answers:
                        base = wish
                        text = rng.choice(corpus.forms[language][f"ask_{wish}"]).replace("{}", text)
            reply, style = self.answer(topic, target, base)
            if warm and not brief:
                reply = f"{corpus.systems['warm_opening'][target][0]} {reply}"
                style = "warm" if style == "standard" else style
            if self.guard is None or not self.guard.near(text):
                turns.append(Turn(text, reply, topic, style, target))
        if not turns:
            return self.dialogue()
        history = [replace(t, shown=self.reworded(t)) if rng.random() < mix.reworded else t for t in turns[:-1]]
        return Dialogue(system, (*history, turns[-1]))

    def reworded(self, turn: Turn) -> str:
        """Another model's words for an earlier answer: a history may hold what this model would not have said."""
        rng, answers = self.rng, self.corpus.topics[turn.topic].sides[turn.language].answers
        text = rng.choice([a for choices in answers.values() for a in choices])
        words = text.split()
        kind = rng.randrange(4)
        if kind == 0:
            words = [w for w in words if rng.random() > 0.25] or words
        elif kind == 1:
            words = words[: max(4, int(len(words) * rng.uniform(0.4, 0.9)))]
        elif kind == 2:
            words += rng.choice(rng.choice(list(answers.values()))).split()
        else:
            openings = (
                ("Sure.", "Of course!", "Good question.", "Well,")
                if turn.language == "en"
                else ("طبعًا.", "بالتأكيد!", "سؤال جيد.", "حسنًا،")
            )
            words = [rng.choice(openings), *words]
        return " ".join(words)

    def _system(self, language: str) -> tuple[str | None, bool, str | None, bool]:
        """A system prompt, and what it asks: brevity, a language, warmth."""
        rng, systems = self.rng, self.corpus.systems
        if rng.random() > self.mix.system:
            return None, False, None, False
        spoken = language if rng.random() < 0.7 else rng.choice(LANGUAGES)
        kind = rng.choices(("plain", "brief", "language", "warm", "brief_language"), (0.4, 0.2, 0.22, 0.1, 0.08))[0]
        parts: list[str] = []
        brief = kind in ("brief", "brief_language")
        forced = rng.choice(LANGUAGES) if kind in ("language", "brief_language") else None
        if kind == "plain" or rng.random() < 0.4:
            parts.append(rng.choice(systems["plain"][spoken]))
        if forced:
            parts.append(rng.choice(systems["arabic" if forced == "ar" else "english"][spoken]))
        if brief:
            parts.append(rng.choice(systems["brief"][spoken]))
        if kind == "warm":
            parts.append(rng.choice(systems["warm"][spoken]))
        if len(parts) > 1 and rng.random() < 0.3:
            parts.reverse()
        return " ".join(parts), brief, forced, kind == "warm"

    def _follow_up(self, last: Turn, language: str, target: str, base: str) -> Turn:
        rng = self.rng
        answers = self.corpus.topics[last.topic].sides[target].answers
        kinds = [k for k, style in FOLLOW_UP_STYLES.items() if style in answers and style != last.style]
        kinds += ["repeat", "other_language", "thanks"]
        if "shorter" in kinds:
            kinds.append("shorter")
        if last.topic == DECLINE:
            kinds.append("why")
        kind = rng.choice(kinds)
        if kind == "thanks":
            reply, style = self.answer("thanks", target, base)
            return Turn(self.wish("thanks", language), reply, "thanks", style, target)
        if kind == "repeat":
            text = self.wish("repeat", language)
            if last.language == target:
                return Turn(text, last.assistant, last.topic, last.style, target, wish=kind)
            reply, style = self.answer(last.topic, target, last.style)
            return Turn(text, reply, last.topic, style, target, wish=kind)
        if kind == "other_language":
            other = "ar" if last.language == "en" else "en"
            spoken = rng.choice(LANGUAGES)
            wish = "to_arabic" if other == "ar" else "to_english"
            reply, style = self.answer(last.topic, other, last.style)
            return Turn(self.wish(wish, spoken), reply, last.topic, style, other, wish=wish)
        style = FOLLOW_UP_STYLES[kind]
        reply, style = self.answer(last.topic, target, style)
        return Turn(self.wish(kind, language), reply, last.topic, style, target, wish=kind)
