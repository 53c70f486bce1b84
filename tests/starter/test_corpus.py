"""The bundled model's corpus is well formed, true of the app's own words, and apart from the test set. No torch here."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "assets" / "starter"
sys.path.insert(0, str(STARTER))

from recipe.corpus import DECLINE, LANGUAGES, Corpus, fold, load  # noqa: E402
from recipe.dialogues import SOCIAL, Maker  # noqa: E402
from recipe.held_out import Guard, module  # noqa: E402

ARABIC = re.compile("[\u0620-\u064a]")
# wordings a follow-up or system prompt; a warm reply opens in one way
FEWEST = {"warm_opening": 1, "shorter": 40, "example": 40, "repeat": 40, "why": 40, "to_arabic": 35, "to_english": 35}
# what an answer may quote as a name: “…” in English, «…» in Arabic
QUOTED = {"en": re.compile("“([^”]+)”"), "ar": re.compile("«([^»]+)»")}
KEYS = re.compile(r"(?:Ctrl|Shift)\+[A-Za-z+,]+")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load()


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard()


def answers(corpus: Corpus) -> Iterator[tuple[str, str, str, str]]:
    """Topic, language, style, answer."""
    for name, topic in corpus.topics.items():
        for language, side in topic.sides.items():
            for style, texts in side.answers.items():
                for text in texts:
                    yield name, language, style, text


def glossary() -> dict[str, set[str]]:
    """Names of the interface by language, out of assets/i18n/GLOSSARY.md: whole cells and their parts."""
    names: dict[str, set[str]] = {"en": set(), "ar": set()}
    for line in (ROOT / "assets" / "i18n" / "GLOSSARY.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) < 3 or cells[0] in ("English", "") or set(cells[0]) <= set("-"):
            continue
        for language, cell in zip(("en", "ar"), cells, strict=False):
            names[language].add(cell)
            for part in re.split(r"[/(),،]|:", cell):
                names[language].add(part.strip())
    return names


def test_that_every_topic_has_both_languages_with_standard_and_short_answers(corpus: Corpus) -> None:
    assert len(corpus.topics) >= 45
    for name, topic in corpus.topics.items():
        assert set(topic.sides) == set(LANGUAGES), name
        for side in topic.sides.values():
            assert side.answers["standard"] and side.answers["short"], name


def test_that_every_topic_is_asked_in_many_wordings(corpus: Corpus) -> None:
    for name, topic in corpus.topics.items():
        if name != DECLINE:
            for language, side in topic.sides.items():
                assert len(side.wordings) >= 20, (name, language)
    english = [len(t.sides["en"].wordings) for t in corpus.topics.values() if t.sides["en"].wordings]
    arabic = [len(t.sides["ar"].wordings) for t in corpus.topics.values() if t.sides["ar"].wordings]
    assert sorted(english)[len(english) // 2] >= 40
    assert sorted(arabic)[len(arabic) // 2] >= 60


def test_that_no_wording_asks_for_two_topics(corpus: Corpus) -> None:
    owner: dict[tuple[str, str], str] = {}
    for name, topic in corpus.topics.items():
        for language, side in topic.sides.items():
            for wording in side.wordings:
                assert owner.setdefault((language, fold(wording)), name) == name, wording
    for language, off in corpus.off_topic.items():
        for prompt in (*off.prompts, *off.hard_negatives):
            assert (language, fold(prompt)) not in owner, prompt


def test_that_answers_are_in_their_language_and_whole(corpus: Corpus) -> None:
    score = module("score")
    for name, language, style, text in answers(corpus):
        assert score.language(text) == language, (name, style, text)
        assert score.is_whole(text), (name, style, text)


def test_that_standard_answers_are_on_their_topic_and_decline_nothing_but_the_rest(corpus: Corpus) -> None:
    score = module("score")
    rules = score.load_topics()
    for name, language, style, text in answers(corpus):
        if style != "standard":
            continue
        assert score.declined(text) == (name == DECLINE) or name in ("your_size", "complaint"), (language, text)
        if name in rules:
            assert score.on_topic(name, text, rules), (name, text)


def test_that_names_in_answers_are_those_of_the_interface(corpus: Corpus) -> None:
    names = glossary()
    for name, language, _style, text in answers(corpus):
        for quoted in QUOTED[language].findall(text):
            assert quoted in names[language], f"{name}: the glossary has no {quoted!r}"


def test_that_keys_in_answers_are_those_of_the_glossary(corpus: Corpus) -> None:
    text_of_glossary = (ROOT / "assets" / "i18n" / "GLOSSARY.md").read_text(encoding="utf-8")
    known = set(KEYS.findall(text_of_glossary))
    for name, _language, _style, text in answers(corpus):
        for keys in KEYS.findall(text):
            # Ctrl+V pastes everywhere and is no key of Samar's
            assert keys in known or keys.rstrip(",") in known or keys == "Ctrl+V", (name, keys)


def test_that_a_renamed_button_would_be_noticed(corpus: Corpus) -> None:
    names = glossary()
    assert {"New chat", "Regenerate", "Open a model file…", "System prompt", "This chat"} <= names["en"]
    assert "Refresh reply" not in names["en"]


def test_that_there_is_enough_to_decline(corpus: Corpus) -> None:
    for language, off in corpus.off_topic.items():
        patterns = sum(len(re.findall(r"\{\w+\}", pattern)) > 0 for pattern in off.patterns)
        assert len(off.prompts) >= 800 and patterns >= 40, language
        assert len(off.hard_negatives) >= 400, language
        for pattern in off.patterns:
            for slot in re.findall(r"\{(\w+)\}", pattern):
                assert off.slots[slot], (language, slot)


def test_that_follow_ups_and_system_prompts_exist_in_both_languages(corpus: Corpus) -> None:
    for table in (corpus.follow_ups, corpus.systems):
        for kind, sides in table.items():
            for language in LANGUAGES:
                assert len(sides[language]) >= FEWEST.get(kind, 25), (kind, language)


def test_that_arabic_wordings_are_arabic(corpus: Corpus) -> None:
    latin = re.compile("[A-Za-z]{3,}")
    for name, topic in corpus.topics.items():
        for wording in topic.sides["ar"].wordings:
            assert ARABIC.search(wording) or latin.search(wording), (name, wording)
        for wording in topic.sides["en"].wordings:
            assert not ARABIC.search(wording), (name, wording)


def test_that_no_written_line_comes_near_the_test_set(corpus: Corpus, guard: Guard) -> None:
    lines = [w for t in corpus.topics.values() for s in t.sides.values() for w in s.wordings]
    lines += [p for off in corpus.off_topic.values() for p in (*off.prompts, *off.hard_negatives)]
    assert [line for line in lines if guard.near(line)] == []


def test_that_no_drawn_user_turn_comes_near_the_test_set(corpus: Corpus, guard: Guard) -> None:
    maker = Maker(corpus, seed=99, guard=guard)
    for _ in range(400):
        dialogue = maker.dialogue()
        assert dialogue.system is None or not guard.near(dialogue.system)
        assert not [turn.user for turn in dialogue.turns if guard.near(turn.user)]


def test_that_the_guard_finds_what_is_held_out(guard: Guard) -> None:
    score = module("score")
    for case in score.load_cases(sets=["questions"])[:40]:
        assert guard.near(case["turns"][-1]["content"])
        assert guard.near(case["turns"][-1]["content"].upper())


def test_that_the_same_seed_draws_the_same_dialogues(corpus: Corpus) -> None:
    one, other = Maker(corpus, seed=4), Maker(corpus, seed=4)
    assert [one.dialogue() for _ in range(50)] == [other.dialogue() for _ in range(50)]


def test_that_declines_name_the_way_to_a_larger_model(corpus: Corpus) -> None:
    for language, phrase in (("en", "Open a model file…"), ("ar", "افتح ملف نموذج…")):
        standard = corpus.topics[DECLINE].sides[language].answers["standard"]
        assert all(phrase in text and ".gguf" in text for text in standard)


def test_that_manners_are_topics(corpus: Corpus) -> None:
    assert set(corpus.topics) >= SOCIAL
