"""Samplers, grammars and JSON schemas with the real engine process."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.core.errors import SamarError
from desktop.core.generation import StoppedBy, TokenChoice
from desktop.core.requests import LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.protocol import TextDelta, Tokens
from desktop.models import gguf
from tests.engine.conftest import NEVER_ENDS
from tests.engine.test_session import OPTIONS, WIDE, MakeEngine, ask, read
from tests.fakes.schema_checker import problems
from tests.fakes.tiny_gguf import CHATML, write_tiny

THINKS = CHATML[: CHATML.rindex("' }}")] + "<think>\n' }}{% endif %}"


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Iterator[EngineClient]:
    """One for all: what a request gets does not depend on those before it."""
    engine = EngineClient(gguf.inspect)
    engine.load(tiny_model, OPTIONS)
    yield engine
    engine.close()


# ---- samplers


@pytest.mark.parametrize(
    "change",
    [
        {"adaptive_target": 0.3},
        {"adaptive_target": 0.3, "adaptive_decay": 0.5},
        {"dry_multiplier": 5.0, "dry_allowed_length": 1, "dry_breakers": ("c",)},
        {"temperature": 0.0, "xtc_probability": 1.0, "xtc_threshold": 0.005},
        {"temperature": 0.0, "typical_p": 0.05},
    ],
    ids=str,
)
def test_that_the_rarer_samplers_have_an_effect_and_reproduce(engine: EngineClient, change: dict[str, Any]) -> None:
    prompt = "abc " * 10
    whole = {**WIDE, **change}
    last = next(reversed(change))
    without = {name: value for name, value in whole.items() if name != last and name != "xtc_probability"}
    changed = read(engine, ask(prompt, **whole))[0]
    assert changed != read(engine, ask(prompt, **without))[0]
    assert read(engine, ask(prompt, **whole))[0] == changed


def test_that_mirostat_works_alone_as_in_llama_cpp(engine: EngineClient) -> None:
    plain = read(engine, ask("abc " * 10, **{**WIDE, "mirostat": 2}))[0]
    others = {"top_k": 5, "repeat_penalty": 1.8, "dry_multiplier": 3.0, "min_p": 0.4}
    assert read(engine, ask("abc " * 10, **{**WIDE, "mirostat": 2, **others}))[0] == plain


def test_that_a_token_the_file_suppresses_is_never_written(make_engine: MakeEngine, tmp_path: Path) -> None:
    engine = make_engine()
    engine.load(write_tiny(tmp_path / "m.gguf", favour=NEVER_ENDS), OPTIONS)
    forbidden = read(engine, ask("hi"))[0][0]
    extra = {"tokenizer.ggml.suppress_tokens": [ord(forbidden)]}
    engine.load(write_tiny(tmp_path / "n.gguf", favour=NEVER_ENDS, extra=extra), OPTIONS)
    assert forbidden not in read(engine, ask("hi", max_tokens=200))[0]


# ---- grammars


@pytest.mark.parametrize(
    ("grammar", "reason"),
    [
        ("root ::= (", "line 1: a “(” is never closed"),
        ('root ::= "a"\nword ::= "b', "line 2: a quotation mark is never closed"),
        ("root ::= word", "line 1: the rule “word” is not there"),
        ('word ::= "a"', "it has no rule “root”"),
        ("root ::= *", "line 1: there is nothing before “*” that could be repeated"),
        ('root ::= "\\q"', "line 1: “\\q” is no escape that grammars know"),
        ('root ::= root "a" | "b"', "a rule begins with itself"),
        ('root ::= "a"{9000}', "line 1: more than 2000 repetitions"),
        ("root ::= " + "(" * 5000 + '"a"' + ")" * 5000, "line 1: more than 100 brackets inside each other"),
    ],
)
def test_that_a_broken_grammar_says_what_and_where(engine: EngineClient, grammar: str, reason: str) -> None:
    with pytest.raises(SamarError) as caught:
        list(engine.generate(ask("well?", grammar=grammar)))
    assert caught.value.code == "grammar_broken"
    assert caught.value.details["reason"] == reason
    assert read(engine, ask("hi"))[0], "the next message works"


def test_that_penalties_hold_beside_a_grammar(engine: EngineClient) -> None:
    grammar = "root ::= [a-z]{30}"
    plain = read(engine, ask("aaaa", grammar=grammar, max_tokens=40))[0]
    assert re.fullmatch("[a-z]{30}", plain)
    varied = read(engine, ask("aaaa", grammar=grammar, max_tokens=40, repeat_penalty=8.0, repeat_last_n=64))[0]
    assert re.fullmatch("[a-z]{30}", varied)
    assert len(set(varied)) > len(set(plain))


def test_that_a_continued_reply_goes_on_in_its_grammar(engine: EngineClient) -> None:
    grammar = 'root ::= "abc" [0-9]{3} "!"'
    rest, _, stats = read(engine, ask("?", ("assistant", "abc1"), continue_last=True, grammar=grammar))
    assert re.fullmatch("[0-9]{2}!", rest)
    assert stats.stopped_by is StoppedBy.END
    with pytest.raises(SamarError) as caught:
        list(engine.generate(ask("?", ("assistant", "xyz"), continue_last=True, grammar=grammar)))
    assert caught.value.code == "grammar_unfit"


def test_that_a_reply_thinks_freely_before_it_obeys(make_engine: MakeEngine, tmp_path: Path) -> None:
    engine = make_engine()
    specials = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<think>", "</think>")
    favour = {"<|im_start|>": 0.0, "<think>": 0.0, "</think>": 3.0}
    path = write_tiny(tmp_path / "m.gguf", template=THINKS, specials=specials, favour=favour)
    engine.load(path, OPTIONS)
    thoughts = set()
    for seed in range(8):
        request = ask("hi", temperature=1.5, seed=seed, max_tokens=2000, grammar='root ::= "yes" | "no"')
        answer, thinking, stats = read(engine, request)
        assert stats.stopped_by is StoppedBy.END
        assert answer in ("yes", "no")
        thoughts.add(thinking)
    assert len(thoughts) > 4, "what it thinks is free"


def test_that_speculation_changes_nothing_under_a_grammar(make_engine: MakeEngine, tiny_model: Path) -> None:
    request = ask("abcabcabc " * 8, grammar='root ::= ("abc" | [a-d] "-"){60}', max_tokens=200, temperature=0.8, seed=5)
    texts = set()
    for speculation in (False, True):
        engine = make_engine()
        engine.load(tiny_model, LoadOptions(threads=1, speculation=speculation))
        texts.add(read(engine, request)[0])
    assert len(texts) == 1


# ---- JSON schemas


def random_schema(draw: random.Random, depth: int = 0) -> Any:
    """A schema with what people use."""
    simple = ("string", "length", "pattern", "date", "integer", "number", "bounds", "open", "multiple", "enum", "null")
    kind = draw.choice(simple if depth > 2 else (*simple, *("object", "object", "array", "tuple", "any", "one", "all")))
    low = draw.randint(-300, 300)

    def inner() -> Any:
        return random_schema(draw, depth + 1)

    if kind == "object":
        names = draw.sample(["name", "عمر", 'a"b', "tags", "value", "x y", "string", "back\\slash"], draw.randint(0, 5))
        return {
            "type": "object",
            "properties": {name: inner() for name in names},
            "required": draw.sample(names, draw.randint(0, len(names))),
            "additionalProperties": False,
        }
    low_count = draw.randint(0, 3)
    schemas: dict[str, Any] = {
        "string": {"type": "string", "maxLength": 40},
        "length": {"type": "string", "minLength": draw.randint(0, 4), "maxLength": draw.randint(4, 12)},
        "pattern": {"type": "string", "pattern": draw.choice(PATTERNS)},
        "date": {"type": "string", "format": "date"},
        "integer": {"type": "integer"},
        "number": {"type": "number"},
        "bounds": {"type": draw.choice(["integer", "number"]), "minimum": low, "maximum": low + draw.randint(1, 500)},
        "open": {"type": "number", "exclusiveMinimum": low / 10, "exclusiveMaximum": low / 10 + draw.choice([0.3, 7])},
        "multiple": {"type": "number", "multipleOf": draw.choice([1, 7, 0.01])},
        "enum": {"enum": draw.sample(["red", "أخضر", 3, None, True, {"a": [1.5]}, 'q"\\'], draw.randint(1, 5))},
        "null": {"type": ["null", "boolean"]},
    }
    if kind == "array":
        return {"type": "array", "items": inner(), "minItems": low_count, "maxItems": low_count + draw.randint(0, 3)}
    if kind == "tuple":
        return {"type": "array", "prefixItems": [inner(), inner()], "minItems": draw.randint(0, 2)}
    if kind == "any":
        return {"anyOf": [inner(), inner()]}
    if kind == "one":
        return {"oneOf": [{"type": "null"}, {"type": "object", "properties": {"k": {"const": "a"}}, "required": ["k"]}]}
    if kind == "all":
        return {"allOf": [{"type": "integer", "minimum": low}, {"maximum": low + 50}]}
    return schemas[kind]


PATTERNS = ["^[a-z]{2,5}$", r"^\d{3}-\d{4}$", '^("|x)+y$', r"^(foo|bar)?[^\W\d]\.$", r"^[\\/é\t]{1,4}$"]


@pytest.mark.parametrize("seed", range(60))
def test_that_every_whole_reply_obeys_its_schema(engine: EngineClient, seed: int) -> None:
    schema = random_schema(random.Random(seed))
    bias = ((ord('"'), 4.0), (ord("}"), 3.0), (ord("]"), 3.0), (257, 6.0))  # random weights would rarely end anything
    for temperature in (0.0, 1.0):
        request = ask("?", temperature=temperature, seed=seed, max_tokens=1500, top_k=0, min_p=0.0, logit_bias=bias)
        request = ask("?", **{**params_of(request), "json_schema": json.dumps(schema)})
        text, _, stats = read(engine, request)
        assert stats.stopped_by is StoppedBy.END, f"{schema}: {text}"
        assert problems(json.loads(text), schema) == [], f"{schema}: {text}"


def params_of(request: Any) -> dict[str, Any]:
    return {name: getattr(request.params, name) for name in request.params.__struct_fields__}


def test_that_any_json_is_json(engine: EngineClient) -> None:
    """Bytes that split letters included: what is written must decode."""
    ends = 0
    for seed in range(30):
        request = ask("?", temperature=1.5, seed=seed, max_tokens=400, json_schema="{}")
        text, _, stats = read(engine, request)
        if stats.stopped_by is StoppedBy.END:
            ends += 1
            json.loads(text)
    assert ends > 10


def test_that_a_schema_may_hold_itself(engine: EngineClient) -> None:
    schema = {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"$ref": "#"}}, "required": ["v"]}
    for seed in range(6):
        text, _, stats = read(
            engine, ask("?", temperature=1.0, seed=seed, max_tokens=3000, json_schema=json.dumps(schema))
        )
        assert stats.stopped_by is StoppedBy.END
        assert problems(json.loads(text), schema) == []


# ---- probabilities


def test_that_probabilities_come_with_their_tokens_on_request(engine: EngineClient) -> None:
    def tokens(probabilities: int, **params: object) -> tuple[list[TokenChoice], str]:
        request = ask("hi", **params)
        request = type(request)(messages=request.messages, params=request.params, probabilities=probabilities)
        found, text = [], ""
        for event in engine.generate(request):
            if isinstance(event, Tokens):
                found += event.tokens
            elif isinstance(event, TextDelta):
                text += event.text
        return found, text

    assert tokens(0)[0] == []
    plain = read(engine, ask("hi"))[0]
    greedy, text = tokens(5)
    assert text == plain, "looking changes nothing"
    assert len(greedy) == 24
    for token in greedy:
        chances = [chance for _, chance in token.others]
        assert chances == sorted(chances, reverse=True)
        assert len(chances) == 5
        assert token.others[0] == (token.text, pytest.approx(token.probability))
        assert sum(chances) <= 1.0001
    everything, _ = tokens(20, temperature=2.0, seed=4, top_k=0, min_p=0.0)
    assert any(token.text != token.others[0][0] for token in everything)
    narrow, _ = tokens(3, grammar="root ::= [0-9]{9}")
    assert all(token.text in "0123456789" for token in narrow[:9])
    assert any(token.probability < 0.05 for token in narrow[:9]), "the model's own, not the grammar's"
