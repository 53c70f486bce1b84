"""The shipped GGUF: size, metadata, template; and what the empty chat offers to ask."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import gguf
import jinja2
import pytest

STARTER = Path(__file__).resolve().parents[2] / "assets" / "starter"
MODEL = STARTER / "samar-starter-q4_k_m.gguf"
sys.path.insert(0, str(STARTER))

from recipe.corpus import load  # noqa: E402
from recipe.dialogues import WISHES  # noqa: E402
from recipe.held_out import module  # noqa: E402
from recipe.letters import CHAT_TEMPLATE, HEARD, heard  # noqa: E402
from recipe.native import Native, Reply  # noqa: E402


@pytest.fixture(scope="module")
def reader() -> gguf.GGUFReader:
    return gguf.GGUFReader(MODEL)


@pytest.fixture(scope="module")
def native() -> Native:
    return Native(MODEL)


def value(reader: gguf.GGUFReader, key: str) -> object:
    field = reader.get_field(key)
    assert field is not None, key
    return field.contents()


def ask(native: Native, question: str, system: str | None = None) -> Reply:
    messages = [{"role": "system", "content": system}] if system else []
    return native.reply([*messages, {"role": "user", "content": question}])


def test_that_it_is_small_enough_to_come_with_the_app() -> None:
    assert 1_000_000 < MODEL.stat().st_size < 12_000_000


def test_that_its_metadata_say_what_it_is(reader: gguf.GGUFReader) -> None:
    assert value(reader, "general.architecture") == "llama"
    assert value(reader, "general.name") == "Samar Starter"
    assert value(reader, "general.author") == "The authors of Samar"
    assert value(reader, "general.license") == "mit"
    assert set(value(reader, "general.languages")) == {"ar", "en"}  # type: ignore[call-overload]
    assert value(reader, "general.file_type") == gguf.LlamaFileType.MOSTLY_Q4_K_M
    assert value(reader, "llama.context_length") == 2048
    assert value(reader, "tokenizer.ggml.pre") == "qwen2"
    assert value(reader, "tokenizer.ggml.add_bos_token") is False


def test_that_it_has_between_5_and_15_million_parameters_in_blocks_of_256(reader: gguf.GGUFReader) -> None:
    assert 5e6 < sum(int(t.n_elements) for t in reader.tensors) < 15e6
    assert all(int(t.shape[0]) % 256 == 0 for t in reader.tensors)


def test_that_a_turn_ends_with_im_end(reader: gguf.GGUFReader) -> None:
    tokens = value(reader, "tokenizer.ggml.tokens")
    assert isinstance(tokens, list)
    end = value(reader, "tokenizer.ggml.eos_token_id")
    assert isinstance(end, int)
    assert tokens[end] == "<|im_end|>"


def test_that_its_template_is_the_recipe_s(reader: gguf.GGUFReader) -> None:
    assert value(reader, "tokenizer.chat_template") == CHAT_TEMPLATE


def test_that_its_template_is_chatml_and_what_is_heard(reader: gguf.GGUFReader) -> None:
    source = value(reader, "tokenizer.chat_template")
    assert isinstance(source, str)
    text = (
        jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
        .from_string(source)
        .render(
            messages=[{"role": "system", "content": "S"}, {"role": "user", "content": "Why"}],
            add_generation_prompt=True,
        )
    )
    assert text == (
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nwhy<|im_end|>\n<|im_start|>assistant\n"
        "^ZwhyZ^why^hyZ<|choose|>"
    )


def test_that_every_topic_and_wish_is_a_token_and_runs_are_pieces(reader: gguf.GGUFReader) -> None:
    tokens = value(reader, "tokenizer.ggml.tokens")
    assert isinstance(tokens, list)
    corpus = load()
    names = [f"about:{topic}" for topic in corpus.topics] + [f"wish:{wish}" for wish in WISHES]
    assert {f"<|{name}|>" for name in names} <= set(tokens)
    runs = [HEARD + run for text in ("what is a token", "delete this chat") for run in heard(text)]
    assert sum(run in tokens for run in runs) > len(runs) * 0.8


def test_that_suggestions_exist_in_both_languages() -> None:
    suggestions = json.loads((STARTER / "suggestions.json").read_text(encoding="utf-8"))
    assert set(suggestions) == {"en", "ar"}
    for language, questions in suggestions.items():
        assert len(questions) >= 6 and len(set(questions)) == len(questions), language
        assert all(re.search("[\u0620-\u064a]", q) is not None for q in questions) == (language == "ar")


@pytest.mark.engine
def test_that_it_answers_what_the_empty_chat_offers(native: Native) -> None:
    score = module("score")
    suggestions = json.loads((STARTER / "suggestions.json").read_text(encoding="utf-8"))
    for language, questions in suggestions.items():
        for question in questions:
            reply = ask(native, question)
            assert score.language(reply.text) == language, (question, reply.text)
            assert score.is_whole(reply.text, reply.stopped_by), (question, reply.text)
            assert not score.declined(reply.text), (question, reply.text)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("question", "topic", "language"),
    [("ما هو ملف GGUF؟", "gguf", "ar"), ("What is quantization?", "quantization", "en")],
)
def test_that_it_answers_the_acceptance_questions(native: Native, question: str, topic: str, language: str) -> None:
    score = module("score")
    reply = ask(native, question)
    assert score.on_topic(topic, reply.text, score.load_topics()), reply.text
    assert score.language(reply.text) == language


@pytest.mark.engine
@pytest.mark.parametrize(
    ("greeting", "language"),
    [("Hello", "en"), ("hi!", "en"), ("Good morning", "en"), ("مرحبا", "ar"), ("السلام عليكم", "ar"), ("أهلا", "ar")],
)
def test_that_a_greeting_is_answered_in_its_language(native: Native, greeting: str, language: str) -> None:
    reply = ask(native, greeting)
    assert module("score").language(reply.text) == language, reply.text
    assert not module("score").declined(reply.text), reply.text


@pytest.mark.engine
def test_that_a_wish_is_about_the_exchange_before(native: Native) -> None:
    score = module("score")
    messages = [{"role": "user", "content": "What is quantization?"}]
    messages.append({"role": "assistant", "content": native.reply(messages).text})
    shorter = native.reply([*messages, {"role": "user", "content": "shorter please"}])
    assert score.on_topic("quantization", shorter.text, score.load_topics()), shorter.text
    assert len(shorter.text) < len(messages[-1]["content"])
    arabic = native.reply([*messages, {"role": "user", "content": "in arabic please"}])
    assert score.language(arabic.text) == "ar", arabic.text
    assert score.on_topic("quantization", arabic.text, score.load_topics()), arabic.text


@pytest.mark.engine
def test_that_a_long_chat_does_not_break_it(native: Native) -> None:
    messages: list[dict[str, str]] = []
    while True:
        messages.append({"role": "user", "content": "What is a token?"})
        reply = native.reply(messages)
        assert reply.stopped_by == "end", (len(messages), reply.text)
        assert 5 < len(reply.text) < 600, (len(messages), reply.text)
        if reply.prompt_tokens + reply.reply_tokens > 1700:
            break
        messages.append({"role": "assistant", "content": reply.text})
    assert len(messages) > 20


@pytest.mark.engine
def test_that_the_first_token_comes_at_once(native: Native) -> None:
    ask(native, "hello")
    assert ask(native, "What is a token?").first_token_s < 1.0  # 0.2 s on an idle machine
