"""The held-out test set of the bundled model is well-formed, and its judge tells right replies from wrong ones."""

import importlib.util
import json
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HOME = Path(__file__).parents[2] / "assets" / "starter" / "evaluation"
REFERENCE = json.loads((Path(__file__).parent / "reference_replies.json").read_text(encoding="utf-8"))


def _load(name: str) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, HOME / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


score = _load("score")
leakage = _load("leakage")
CASES: list[dict[str, Any]] = score.load_cases()
TOPICS: dict[str, Any] = score.load_topics()
BY_SET = {name: [case for case in CASES if case["set"] == name] for name in score.SETS}
PLAIN = {"id": "x", "set": "questions", "lang": "en", "turns": [{"role": "user", "content": "?"}]}


def _case(topic: str, language: str = "en", **expect: Any) -> dict[str, Any]:
    return {**PLAIN, "expect": {"topic": topic, "language": language, **expect}}


# --- the set ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_that_a_case_is_well_formed(case: dict[str, Any]) -> None:
    assert set(case) - {"near"} == {"id", "set", "lang", "variety", "topic", "turns", "expect", "note"}
    roles = [turn["role"] for turn in case["turns"]]
    assert roles in (["user"], ["user", "assistant", "user"], ["system", "user"])
    assert all(turn["content"].strip() == turn["content"] != "" for turn in case["turns"])
    expect = case["expect"]
    assert set(expect) <= {"language", "topic", "must_any", "must_not", "also", "checks"}
    assert {case["lang"], expect["language"]} <= {"en", "ar"}
    assert {expect["topic"], *expect.get("also", [])} <= {*TOPICS, "decline"}
    if case["set"] == "questions":
        assert case["topic"] == expect["topic"] and case["lang"] == expect["language"]
    if case["set"] == "offtopic":
        assert expect["topic"] == "decline"
        assert (case["topic"] == "hard_negative") == (case.get("near") in {*TOPICS, "model"})


def test_that_ids_and_prompts_are_unique_after_folding() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)
    for name in ("questions", "offtopic"):
        prompts = Counter(tuple(score.words(case["turns"][-1]["content"])) for case in BY_SET[name])
        assert [prompt for prompt, count in prompts.items() if count > 1] == []
    systems = Counter(score.fold(case["turns"][0]["content"]) for case in BY_SET["systems"])
    assert [prompt for prompt, count in systems.items() if count > 2] == []


def test_that_the_set_is_as_large_and_as_varied_as_the_measures_ask() -> None:
    questions, offtopic = BY_SET["questions"], BY_SET["offtopic"]
    hard = [case for case in offtopic if case["topic"] == "hard_negative"]
    assert len(questions) >= 260 and len(offtopic) >= 130 and len(hard) >= 44
    assert len(BY_SET["followups"]) >= 40 and len(BY_SET["systems"]) >= 30
    for cases in (questions, offtopic, hard, BY_SET["followups"], BY_SET["systems"]):
        assert 0.45 <= sum(case["lang"] == "ar" for case in cases) / len(cases) <= 0.55
    assert sum(len(case["turns"]) == 3 for case in questions) >= 30
    varieties = {case["variety"] for case in questions}
    assert varieties >= {
        "standard",
        "egyptian",
        "gulf",
        "levantine",
        "maghrebi",
        "bare",
        "voweled",
        "misspelt",
        "short",
        "long",
        "indirect",
    }
    for language in ("en", "ar"):
        assert {case["topic"] for case in questions if case["lang"] == language} == set(TOPICS)


def test_that_the_rules_are_written_for_folded_text() -> None:
    """An upper-case letter in a rule would never be found; neither would a class such as \\S, which folding must not touch."""
    texts = [json.dumps([topic["must_any"], topic.get("must_not", [])]) for topic in TOPICS.values()]
    texts += [json.dumps([case["expect"].get("must_any", []), case["expect"].get("must_not", [])]) for case in CASES]
    for text in texts:
        assert re.sub(r"\\\\[WDS]|\\u[0-9a-f]{4}", "", text) == re.sub(r"\\\\[WDS]|\\u[0-9a-f]{4}", "", text).lower()


# --- the judge ----------------------------------------------------------------------------------------------------------

REPLIES = [
    (topic, language, reply)
    for topic, languages in REFERENCE["topics"].items()
    for language, replies in languages.items()
    for reply in replies
]

# a reply that tells two things is right for both; everything else must be told apart
NEIGHBOURS = {
    "greeting": {"thanks"},
    "how_are_you": {"praise"},
    "thanks": {"praise", "complaint"},
    "bye": {"interrupted"},
    "praise": {"thanks"},
    "complaint": {"what_can_you_do"},
    "who_are_you": {"complaint"},
    "what_is_samar": {"offline"},
    "chat_delete": {"chat_undo"},
    "chat_search": {"context"},
    "shortcuts": {"chat_new", "chat_search", "stop"},
    "wrong_answers": {"complaint"},
    "arabic_models": {"model_switch", "where_models"},
}


def test_that_there_are_reference_replies_to_every_topic() -> None:
    assert set(REFERENCE["topics"]) == set(TOPICS)


@pytest.mark.parametrize(("topic", "language", "reply"), REPLIES)
def test_that_a_right_reply_passes_and_a_neighbouring_one_does_not(topic: str, language: str, reply: str) -> None:
    verdict = score.judge(_case(topic, language), reply)
    assert verdict.passed and verdict.whole and not verdict.declined
    assert set(score.near_topics(reply, TOPICS)) - {topic} <= NEIGHBOURS.get(topic, set())


@pytest.mark.parametrize("right", REFERENCE["paraphrases"], ids=lambda right: right["topic"])
def test_that_a_right_reply_phrased_otherwise_passes(right: dict[str, str]) -> None:
    verdict = score.judge(_case(right["topic"], right["language"]), right["reply"])
    assert verdict.passed and verdict.whole and not verdict.declined


def test_that_replies_seldom_pass_for_another_topic() -> None:
    replies = [(topic, reply) for topic, _, reply in REPLIES]
    replies += [(right["topic"], right["reply"]) for right in REFERENCE["paraphrases"]]
    strangers = [
        (topic, other) for topic, reply in replies for other in score.near_topics(reply, TOPICS) if other != topic
    ]
    assert len(strangers) <= 0.006 * len(replies) * (len(TOPICS) - 1)


@pytest.mark.parametrize(
    ("language", "reply"),
    [(language, reply) for language, replies in REFERENCE["declines"].items() for reply in replies],
)
def test_that_an_honest_decline_is_one_and_answers_nothing(language: str, reply: str) -> None:
    verdict = score.judge({**_case("decline", language), "set": "offtopic"}, reply)
    assert verdict.passed and verdict.right_language and verdict.whole
    assert set(score.near_topics(reply, TOPICS)) <= {"complaint"}


@pytest.mark.parametrize(
    "reply",
    [
        "The capital of Mongolia is Ulaanbaatar.",
        "I can't answer that.",  # no way on
        "A larger model knows more and makes fewer mistakes.",  # no admission
        "Models predict likely words and can be wrong. Add a larger model for facts.",
        "A 70B model is too large for 8 GB, and this computer is too small for 13B: choose a smaller model.",
        "A model that doesn't fit in memory can't run fast. Choose a smaller model.",
        "هذا النموذج يحتاج إلى ذاكرة أكبر، جرّب نموذجًا أصغر من هذا الحجم.",
        "لا أعرف.",
        "النموذج الأكبر أدق، وتجده في صفحة النماذج.",
    ],
)
def test_that_half_a_decline_is_none(reply: str) -> None:
    assert not score.declined(reply)


@pytest.mark.parametrize(
    ("reply", "language"),
    [
        ("GGUF is a file format.", "en"),
        ("Hello.", "en"),
        ("GGUF صيغة ملف، جرّب Qwen وGemma وLlama من Hugging Face.", "ar"),
        ('اكتب `samar ask "What is GGUF?" --model starter.gguf`.', "ar"),
        ("In Arabic it is called التكميم, and it makes models smaller.", "en"),
        ("١٢ + ٣", "none"),
        ("MIT.", "none"),
        ("Half of this نصف هذا الكلام عربي and half is not", "mixed"),
    ],
)
def test_that_the_language_is_that_of_the_prose(reply: str, language: str) -> None:
    assert score.language(reply) == language


@pytest.mark.parametrize(
    "reply",
    [
        "Done.",
        "Hello!",
        "أهلًا بك! كيف أساعدك؟",
        "Two ways:\n1. Press Ctrl+N\n2. Press New chat",
        "Run `samar ask`",
        "A token is a word or a part of a word. A word may be two tokens.",
        "Open it: choose Open a model file…",
        "Ctrl+N: new chat\nEsc: stop",
        "Press Ctrl+,",
    ],
)
def test_that_a_whole_reply_is_whole(reply: str) -> None:
    assert score.is_whole(reply)


@pytest.mark.parametrize(
    ("reply", "stopped_by"),
    [
        ("", ""),
        ("A token is a piece of", ""),
        ("There are three ways to do it:", ""),
        ("The file is whole.", "length"),
        ("Press it. Press it. Press it. Press it.", ""),
        ("Press New chat in the sidebar. Then write. Press New chat in the sidebar.", ""),
        ("It needs less less less less memory.", ""),
        ("الرمز قطعة من النص من النص من النص.", ""),
        ("```\nsamar ask", ""),
        ("Hello.<|im_end|>", ""),
        ("A broken \ufffd letter.", ""),
    ],
)
def test_that_a_broken_or_looping_reply_is_not_whole(reply: str, stopped_by: str) -> None:
    assert not score.is_whole(reply, stopped_by)


def test_that_a_decline_of_a_question_is_wrong_though_its_words_occur() -> None:
    reply = "I'm too small to know that. Open Models and download a larger model."
    verdict = score.judge(_case("where_models"), reply)
    assert verdict.declined and not verdict.passed


def test_that_speaking_of_limits_answers_a_question_about_limits() -> None:
    assert score.judge(
        _case("wrong_answers"), "I make mistakes: I am too small to check facts. A larger model makes fewer."
    ).passed
    assert not score.judge(_case("who_are_you"), "I am a small model and can't answer that. Add a larger model.").passed


def test_that_a_case_may_ask_for_something_particular() -> None:
    case = next(case for case in BY_SET["questions"] if "another line" in case["turns"][-1]["content"])
    assert score.judge(case, "Shift+Enter breaks the line; Enter sends.").passed
    assert not score.judge(case, "Ctrl+N starts a chat and Esc stops.").passed


def test_that_checks_of_length_and_tone_are_kept() -> None:
    shorter = next(case for case in BY_SET["followups"] if case["topic"] == "shorter" and case["lang"] == "en")
    answer = shorter["turns"][1]["content"]
    assert score.judge(shorter, "A token is a piece of text.").passed
    assert score.judge(shorter, answer).failed_checks == ["max_words_ratio"]
    formal = next(case for case in BY_SET["systems"] if "contractions" in case["turns"][0]["content"])
    assert score.judge(formal, "Quantization stores the numbers of a model with fewer bits.").passed
    assert not score.judge(formal, "Hey! It's storing the model's weights with fewer bits, quantization!").passed
    brief = next(case for case in BY_SET["systems"] if "one short sentence" in case["turns"][0]["content"])
    assert score.judge(brief, "GGUF is a format that holds a whole model in one .gguf file.").passed
    assert score.judge(brief, "GGUF is a format. It holds a whole model.").failed_checks == ["max_sentences"]


def test_that_the_first_replies_of_the_cases_do_not_loop_and_are_whole() -> None:
    for case in CASES:
        if len(case["turns"]) == 3:
            assert score.is_whole(case["turns"][1]["content"]), case["id"]


def test_that_folding_unites_spellings() -> None:
    assert score.fold("مَا هُوَ السِّيَاقُ؟ أآإٱ ة ى ٣ــ") == score.fold("ما هو السياق؟ اااا ه ي 3")


def test_that_wilsons_interval_is_the_known_one() -> None:
    low, high = score.wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert score.wilson(0, 0) == (0.0, 1.0)


def test_that_the_measures_add_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decline = {language: replies[0] for language, replies in REFERENCE["declines"].items()}
    rows = [{"id": case["id"], "reply": decline[case["lang"]]} for case in BY_SET["offtopic"]]
    rows += [
        {"id": case["id"], "reply": REFERENCE["topics"][case["topic"]][case["lang"]][0]}
        for case in BY_SET["questions"][:-1]
    ]
    replies, table = tmp_path / "replies.jsonl", tmp_path / "table.md"
    replies.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    result = score.aggregate(rows)
    assert result["missing"] == [BY_SET["questions"][-1]["id"]]
    assert result["measures"]["offtopic"]["all"]["share"] == 1.0
    assert result["measures"]["wrongly_declined"]["all"]["hits"] == 0
    assert result["measures"]["questions"]["all"]["share"] > 0.9
    assert "followups" not in result["measures"]
    assert result["met"]["offtopic"] and not result["met"]["whole"]
    assert score.main([str(replies), "--markdown", str(table), "--json", str(tmp_path / "r.json"), "--check"]) == 1
    assert table.read_text(encoding="utf-8") == capsys.readouterr().out
    assert "Off topic: honest decline" in table.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["no json", '{"id": "nobody", "reply": "x"}', '{"id": "q001"}', "[1]"])
def test_that_unreadable_replies_are_refused_in_one_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = tmp_path / "replies.jsonl"
    replies.write_text(text, encoding="utf-8")
    assert score.main([str(replies)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_that_near_lines_are_found_and_others_are_not() -> None:
    asked = BY_SET["questions"][-1]["turns"][-1]["content"]
    pairs = leakage.near([asked, f"{asked}!!", "Purple elephants dance on the frozen lake."])
    assert [pair.case for pair in pairs] == [BY_SET["questions"][-1]["id"]] * 2
    assert leakage.near(["Could you explain the GGUF file type to us?"])
