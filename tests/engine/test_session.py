"""What the real engine does with models: contexts, caches, ends of replies, hints, stops, files that native code refuses."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.core.dimensions import ModelDimensions
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, GenerationStats, StoppedBy
from desktop.core.memory import plan_context
from desktop.core.model import FileFacts, SamplingHints
from desktop.core.program import Role, child_command, child_environment
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.kv_snapshots import common_prefix
from desktop.engine.protocol import (
    Event,
    Finished,
    Frame,
    FromEngine,
    Generate,
    Load,
    PromptProgress,
    PromptReady,
    PromptStarted,
    Ready,
    Stop,
    Stopped,
    TextDelta,
    encode,
    from_engine_decoder,
    read_frames,
)
from desktop.models import gguf
from tests.engine.conftest import NEVER_ENDS
from tests.fakes.tiny_gguf import CHATML, write_tiny

OPTIONS = LoadOptions(threads=1, speculation=False)  # guesses have tests of their own
MakeEngine = Callable[..., EngineClient]
Turn = tuple[str, str]


@pytest.fixture
def engine(make_engine: MakeEngine) -> EngineClient:
    return make_engine()


def ask(
    *turns: Turn | str, continue_last: bool = False, overflow: str = "drop_oldest", **params: object
) -> ChatRequest:
    params = {"temperature": 0.0, "max_tokens": 24, **params}
    messages = tuple(("user", turn) if isinstance(turn, str) else turn for turn in turns)
    return ChatRequest(
        messages=messages,
        params=GenerationParams(**params),  # type: ignore[arg-type]
        continue_last=continue_last,
        overflow=overflow,
    )


def read(engine: EngineClient, request: ChatRequest) -> tuple[str, str, GenerationStats]:
    """(answer, thinking, stats)"""
    answer, thinking = "", ""
    for event in engine.generate(request):
        if isinstance(event, TextDelta) and event.kind == "thinking":
            thinking += event.text
        elif isinstance(event, TextDelta):
            answer += event.text
        elif isinstance(event, Finished):
            return answer, thinking, event.stats
    raise AssertionError("no end")


# ---- cache


def test_that_the_next_turn_reads_only_what_is_new(engine: EngineClient, tiny_model: Path) -> None:
    engine.load(tiny_model, OPTIONS)
    answer, _, first = read(engine, ask("hello " * 30))
    assert first.cached_tokens == 0
    _, _, second = read(engine, ask("hello " * 30, ("assistant", answer), "and?"))
    assert second.cached_tokens >= first.prompt_tokens


def test_that_regenerating_reads_one_token_and_gives_the_same(engine: EngineClient, tiny_model: Path) -> None:
    engine.load(tiny_model, OPTIONS)
    one, _, _ = read(engine, ask("hello " * 30))
    other, _, stats = read(engine, ask("hello " * 30))
    assert stats.cached_tokens == stats.prompt_tokens - 1
    assert other == one


def test_that_an_edited_turn_gives_what_a_fresh_engine_gives(
    engine: EngineClient, make_engine: MakeEngine, tiny_model: Path
) -> None:
    edited = ask("hello " * 20 + "WORLD", max_tokens=64)
    engine.load(tiny_model, OPTIONS)
    read(engine, ask("hello " * 20 + "world", max_tokens=64))
    used, _, stats = read(engine, edited)
    assert 0 < stats.cached_tokens < stats.prompt_tokens
    fresh = make_engine()
    fresh.load(tiny_model, OPTIONS)
    assert used == read(fresh, edited)[0]


def test_that_a_stopped_prompt_leaves_a_right_cache(engine: EngineClient, long_model: Path) -> None:
    """Stopped in the middle of a long prompt, then asked the same: the answer is that of an undisturbed engine."""
    engine.load(long_model, LoadOptions(context=4096, batch=32, threads=1))
    long = ask("hello " * 400)
    done = stop_in_prompt(engine, long)
    answer, _, stats = read(engine, long)
    assert stats.cached_tokens >= done
    engine.unload()
    engine.load(long_model, LoadOptions(context=4096, batch=512, threads=1))
    assert read(engine, long)[0] == answer


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [([], [], 0), ([1], [], 0), ([1], [2], 0), ([1, 2], [1], 1), ([1, 2, 3], [1, 2, 4, 5], 2)],
)
def test_that_common_beginnings_are_found(one: list[int], other: list[int], common: int) -> None:
    assert common_prefix(one, other) == common_prefix(other, one) == common
    assert common_prefix([7] * 1000 + one, [7] * 1000 + other) == 1000 + common


# ---- stops


@pytest.fixture(scope="session")
def long_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("long") / "long.gguf", context=4096, favour=NEVER_ENDS, layers=8)


def stop_in_prompt(engine: EngineClient, request: ChatRequest) -> int:
    """Stop at the first progress; returns the last token that was read."""
    kinds: list[type[Event]] = []
    done, total = 0, 0
    for event in engine.generate(request):
        kinds.append(type(event))
        if isinstance(event, PromptProgress):
            if not done:
                engine.stop()
            done, total = event.done, event.total
        if isinstance(event, Finished):
            assert event.stats.stopped_by is StoppedBy.USER
            assert event.stats.reply_tokens == 0
    assert kinds[0] is PromptStarted
    assert PromptReady not in kinds
    assert done < total
    return done


def test_that_a_long_prompt_is_stopped_before_its_end(engine: EngineClient, long_model: Path) -> None:
    engine.load(long_model, LoadOptions(context=4096, batch=32, threads=1))
    stop_in_prompt(engine, ask("hello " * 500))
    assert read(engine, ask("hi"))[2].stopped_by is StoppedBy.LENGTH


class RawEngine:
    """The engine process without its client, for the exact order of frames."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            child_command(Role.ENGINE, str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment(),
        )
        self.frames: queue.SimpleQueue[FromEngine] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        assert isinstance(self.frames.get(timeout=60), Ready)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for frame in read_frames(self.process.stdout, from_engine_decoder):  # type: ignore[arg-type]
            self.frames.put(frame)

    def send(self, *frames: Frame) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"".join(map(encode, frames)))
        self.process.stdin.flush()

    def until(self, kind: type[FromEngine]) -> list[FromEngine]:
        got = [self.frames.get(timeout=60)]
        while not isinstance(got[-1], kind):
            got.append(self.frames.get(timeout=60))
        return got

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(timeout=60) == 0
        self.reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def raw() -> Iterator[RawEngine]:
    made = RawEngine()
    yield made
    made.close()


def test_that_a_stop_ahead_of_its_request_is_obeyed(raw: RawEngine, tiny_model: Path) -> None:
    facts = gguf.inspect(tiny_model)
    raw.send(Stop(request=1), Load(request=1, options=OPTIONS, facts=facts))
    assert isinstance(raw.until(Stopped)[-1], Stopped)
    raw.send(Load(request=2, options=OPTIONS, facts=facts), Stop(request=3), Generate(request=3, body=ask("hi")))
    finished = raw.until(Finished)[-1]
    assert isinstance(finished, Finished)
    assert finished.stats.stopped_by is StoppedBy.USER
    assert finished.stats.reply_tokens == 0
    raw.send(Stop(request=3), Generate(request=4, body=ask("hi")))
    finished = raw.until(Finished)[-1]
    assert isinstance(finished, Finished)
    assert finished.stats.stopped_by is StoppedBy.LENGTH, "a late stop of an earlier request stops nothing"


# ---- contexts


def test_that_a_reply_ends_where_the_context_is_full(engine: EngineClient, tiny_model: Path) -> None:
    engine.load(tiny_model, LoadOptions(context=512, threads=1))
    _, _, stats = read(engine, ask("hi", max_tokens=None))
    assert stats.stopped_by is StoppedBy.CONTEXT
    assert stats.prompt_tokens + stats.reply_tokens == 512 + 1  # the last one is sampled and needs no room


def test_that_a_long_chat_loses_its_oldest_turns_and_says_so(engine: EngineClient, tiny_model: Path) -> None:
    engine.load(tiny_model, LoadOptions(context=512, threads=1))
    turns: list[Turn] = [("user" if i % 2 == 0 else "assistant", f"{i} " + "x" * 60) for i in range(21)]
    _, _, stats = read(engine, ask(("system", "brief"), *turns))
    assert stats.dropped_messages > 0
    assert stats.prompt_tokens < 512
    assert stats.reply_tokens > 0


def test_that_one_message_longer_than_the_context_is_refused(engine: EngineClient, tiny_model: Path) -> None:
    engine.load(tiny_model, LoadOptions(context=512, threads=1))
    with pytest.raises(SamarError) as caught:
        list(engine.generate(ask("x" * 2000)))
    assert caught.value.code == "prompt_too_long"
    assert caught.value.details["context"] == "512"
    assert read(engine, ask("hi"))[2].reply_tokens == 24


# ---- text


def test_that_tokens_which_split_letters_give_whole_letters(engine: EngineClient, tmp_path: Path) -> None:
    """Every letter of the prompt is two tokens; a model that copies bytes writes valid text or U+FFFD, never half of one."""
    engine.load(write_tiny(tmp_path / "m.gguf", favour=NEVER_ENDS), OPTIONS)
    for seed in range(5):
        events = list(engine.generate(ask("سلام", temperature=2.0, seed=seed, max_tokens=200)))
        for event in events:
            if isinstance(event, TextDelta):
                event.text.encode("utf-8")


def test_that_every_token_which_ends_a_turn_ends_the_reply(engine: EngineClient, tmp_path: Path) -> None:
    specials = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<end_of_turn>", "<|end|>")
    ends = dict.fromkeys(specials[1:], 8.0)
    engine.load(write_tiny(tmp_path / "m.gguf", specials=specials, favour=ends), OPTIONS)
    for seed in range(20):
        answer, _, stats = read(engine, ask("hi", temperature=1.0, seed=seed, max_tokens=200))
        assert stats.stopped_by is StoppedBy.END
        assert not any(name in answer for name in specials)


def test_that_a_partial_reply_is_continued(engine: EngineClient, tiny_model: Path) -> None:
    engine.load(tiny_model, OPTIONS)
    whole, _, _ = read(engine, ask("hi", max_tokens=40))
    start = whole[:10]
    rest, _, stats = read(engine, ask("hi", ("assistant", start), continue_last=True, max_tokens=10))
    assert stats.stopped_by is StoppedBy.LENGTH
    assert rest
    again, _, _ = read(engine, ask("hi", ("assistant", start), continue_last=True, max_tokens=10))
    assert rest == again


def test_that_thinking_arrives_as_thinking(engine: EngineClient, tmp_path: Path) -> None:
    opened = CHATML[: CHATML.rindex("' }}")] + "<think>\n' }}{% endif %}"
    path = write_tiny(tmp_path / "m.gguf", template=opened, favour=NEVER_ENDS)
    info = engine.load(path, OPTIONS)
    assert info is not None
    assert info.thinking
    answer, thinking, _ = read(engine, ask("hi"))
    assert thinking
    assert not answer


def test_that_special_tokens_in_a_template_are_tokens_and_counted(engine: EngineClient, tiny_model: Path) -> None:
    engine.load(tiny_model, OPTIONS)
    _, _, stats = read(engine, ask("hi", max_tokens=1))
    turn = 1 + len("user\nhi") + 1 + 1
    assert stats.prompt_tokens == turn + 1 + len("assistant\n")


def test_that_the_repeat_penalty_changes_a_greedy_reply(engine: EngineClient, tiny_model: Path) -> None:
    engine.load(tiny_model, OPTIONS)
    plain, _, _ = read(engine, ask("hi", max_tokens=100))
    assert read(engine, ask("hi", max_tokens=100, repeat_penalty=1.8, repeat_last_n=256))[0] != plain


@pytest.mark.parametrize("name", ["temperature", "top_k", "top_p", "min_p"])
def test_that_a_sampler_narrowed_to_the_best_token_is_greedy(engine: EngineClient, tiny_model: Path, name: str) -> None:
    engine.load(tiny_model, OPTIONS)
    greedy, _, _ = read(engine, ask("hi", max_tokens=60))
    wide = {"temperature": 2.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "seed": 3}
    assert read(engine, ask("hi", max_tokens=60, **wide))[0] != greedy
    narrow = {"temperature": 0.0, "top_k": 1, "top_p": 0.0, "min_p": 1.0}[name]
    assert read(engine, ask("hi", max_tokens=60, **{**wide, name: narrow}))[0] == greedy


WIDE = {"temperature": 2.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "seed": 3, "max_tokens": 60}


@pytest.mark.parametrize(
    "change",
    [
        {"typical_p": 0.1},
        {"top_n_sigma": 0.5},
        {"xtc_probability": 1.0, "xtc_threshold": 0.01},
        {"dynatemp_range": 1.9},
        {"presence_penalty": 2.0},
        {"frequency_penalty": 2.0},
        {"dry_multiplier": 5.0, "dry_allowed_length": 1},
        {"mirostat": 1},
        {"mirostat": 2},
        {"logit_bias": ((65, 100.0),)},
    ],
    ids=lambda change: next(iter(change)) + str(next(iter(change.values()))),
)
def test_that_every_sampler_has_an_effect_and_reproduces(
    engine: EngineClient, tiny_model: Path, change: dict[str, object]
) -> None:
    engine.load(tiny_model, OPTIONS)
    prompt = "abc " * 10
    plain, _, _ = read(engine, ask(prompt, **WIDE))
    changed, _, _ = read(engine, ask(prompt, **{**WIDE, **change}))
    assert changed != plain
    assert read(engine, ask(prompt, **{**WIDE, **change}))[0] == changed


def test_that_a_grammar_is_obeyed_and_a_broken_one_is_an_error(engine: EngineClient, tiny_model: Path) -> None:
    engine.load(tiny_model, OPTIONS)
    grammar = 'root ::= ("yes" | "no") "." [0-9]+ "!"'
    text, _, stats = read(engine, ask("well?", **{**WIDE, "grammar": grammar, "max_tokens": 400}))
    assert re.fullmatch(r"(yes|no)\.[0-9]+!?", text)
    assert text.endswith("!") == (stats.stopped_by is StoppedBy.END)
    with pytest.raises(SamarError) as caught:
        list(engine.generate(ask("well?", grammar="root ::= (")))
    assert caught.value.code == "grammar_broken"
    assert read(engine, ask("hi"))[0]


# ---- loading


def test_that_a_model_without_a_template_answers_and_says_so(engine: EngineClient, tmp_path: Path) -> None:
    info = engine.load(write_tiny(tmp_path / "m.gguf", template=None, name="Tiny Chat", favour=NEVER_ENDS), OPTIONS)
    assert info is not None
    assert not info.has_template and not info.is_base and not info.completes
    assert read(engine, ask(("system", "brief"), "hi"))[0]


def test_that_a_chat_model_without_a_template_gets_the_turns_of_its_family(
    engine: EngineClient, tmp_path: Path
) -> None:
    marks = ("<start_of_turn>", "<end_of_turn>")
    never_ends = dict.fromkeys(marks, 0.0)
    chat = write_tiny(tmp_path / "chat.gguf", template=None, name="Tiny It", specials=marks, favour=never_ends)
    info = engine.load(chat, OPTIONS)
    assert info is not None and not info.has_template and not info.is_base
    request = ask("0123456789", max_tokens=2)
    gemma = ["user\n0123456789", "\n", "model\n"]
    tokens = read(engine, request)[2].prompt_tokens
    assert tokens == len("".join(gemma)) + 3, "each mark is one token"
    base = write_tiny(tmp_path / "base.gguf", template=None, name="Tiny", specials=marks, favour=never_ends)
    info = engine.load(base, OPTIONS)
    assert info is not None and info.is_base
    assert read(engine, request)[2].prompt_tokens == 10, "no turns at all"


def test_that_a_base_model_continues_the_text_and_can_be_asked_all_the_same(
    engine: EngineClient, tmp_path: Path
) -> None:
    path = write_tiny(tmp_path / "m.gguf", name="Tiny Base", favour=NEVER_ENDS)
    info = engine.load(path, OPTIONS)
    assert info is not None and info.is_base and info.completes and info.has_template

    def read_tokens(request: ChatRequest) -> int:
        return read(engine, request)[2].prompt_tokens

    one = ask(("system", "left out"), "0123456789", max_tokens=2)
    two = ask("0123456789", ("assistant", "abcde"), "01234", max_tokens=2)
    assert read_tokens(two) - read_tokens(one) == len("abcde" + "\n\n" + "01234")
    asked = msgspec.structs.replace(one, completion=False)
    assert read_tokens(asked) > read_tokens(one)
    marked = ask("<|im_end|>56789", max_tokens=2)
    assert read_tokens(marked) - read_tokens(one) == len("<|im_end|>56789") - 10, "text spells no control token"
    loaded = engine.load(path, msgspec.structs.replace(OPTIONS, completion=False))
    assert loaded is not None and loaded.is_base and not loaded.completes
    assert read_tokens(one) == read_tokens(asked)


def test_that_the_makers_sampling_hints_arrive(engine: EngineClient, tmp_path: Path) -> None:
    extra = {"general.sampling.temp": 0.6, "general.sampling.top_k": 20, "general.sampling.top_p": 0.9}
    info = engine.load(write_tiny(tmp_path / "m.gguf", extra=extra), OPTIONS)
    assert info is not None
    assert info.hints.temperature == pytest.approx(0.6)
    assert info.hints.top_k == 20
    assert info.hints.min_p is None
    params = info.hints.applied_to(GenerationParams(min_p=0.2))
    assert (params.top_k, params.min_p) == (20, 0.2)


def test_that_an_unknown_architecture_is_named(engine: EngineClient, tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "m.gguf", architecture="nightingale")
    with pytest.raises(SamarError) as caught:
        engine.load(path, OPTIONS)
    assert caught.value.code == "model_unsupported"
    assert caught.value.details["architecture"] == "nightingale"
    assert engine.alive


def test_that_a_file_which_native_code_refuses_says_why(engine: EngineClient, tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(tiny_model.read_bytes().replace(b"blk.1.attn_q.weight", b"blk.1.attn_x.weight"))
    with pytest.raises(SamarError) as caught:
        engine.load(path, OPTIONS)
    assert caught.value.code == "model_load_failed"
    assert "blk.1.attn_q.weight" in caught.value.details["reason"]
    assert engine.load(tiny_model, OPTIONS) is not None


@pytest.mark.parametrize(
    "template",
    [
        "{% for %}",
        "{{ raise_exception('never') }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    ],
)
def test_that_a_model_whose_template_is_broken_answers_and_says_so(
    engine: EngineClient, tmp_path: Path, template: str
) -> None:
    info = engine.load(write_tiny(tmp_path / "m.gguf", template=template, favour=NEVER_ENDS), OPTIONS)
    assert info is not None
    assert info.template_problem
    assert not info.has_template
    assert read(engine, ask(("system", "brief"), "hi"))[0]


def test_that_sampling_hints_that_are_no_numbers_are_passed_over(engine: EngineClient, tmp_path: Path) -> None:
    nan, inf = float("nan"), float("inf")
    keys = {"temp": nan, "top_k": nan, "top_p": inf, "min_p": -inf, "penalty_repeat": nan, "penalty_last_n": inf}
    for changed in (keys, dict.fromkeys(keys, 1e30), dict.fromkeys(keys, -1e30), dict.fromkeys(keys, "many")):
        extra = {f"general.sampling.{key}": value for key, value in changed.items()}
        info = engine.load(write_tiny(tmp_path / "m.gguf", extra=extra), OPTIONS)
        assert info is not None
        assert info.hints == SamplingHints()


def test_that_a_cache_of_smaller_elements_works(engine: EngineClient, tmp_path: Path) -> None:
    for kv_type in ("f16", "q8_0"):
        assert (
            engine.load(write_tiny(tmp_path / "m.gguf", heads=1), LoadOptions(kv_type=kv_type, threads=1)) is not None
        )
        assert read(engine, ask("hi"))[0]
    with pytest.raises(SamarError, match="unknown type of KV cache"):
        engine.load(tmp_path / "m.gguf", LoadOptions(kv_type="q1"))


# ---- memory


GB = 1_000_000_000
FACTS = FileFacts(
    path="m.gguf",
    name="Seven",
    architecture="llama",
    parameters=7 * GB,
    quantization="Q4_K_M",
    file_bytes=4 * GB,
    shape=ModelDimensions(
        weight_bytes=4 * GB,
        read_bytes=4 * GB,
        kv_elements=65_536,
        width=4096,
        feed=14_336,
        vocabulary=128_256,
        context_trained=131_072,
    ),
)


def test_that_a_context_is_lowered_to_what_fits_and_not_further() -> None:
    plan = plan_context(FACTS, LoadOptions(context=100_000), free=10 * GB)
    assert plan.limit == "memory"
    assert plan.context % 256 == 0
    assert 30_000 < plan.context < 45_000
    assert plan.needed < 10 * GB
    roomy = plan_context(FACTS, LoadOptions(context=100_000), free=64 * GB)
    assert (roomy.context, roomy.limit) == (100_000, "")
    assert plan_context(FACTS, LoadOptions(context=200_000), free=64 * GB).limit == "model"


def test_that_a_smaller_cache_type_fits_more() -> None:
    wide = plan_context(FACTS, LoadOptions(context=100_000), free=8 * GB)
    narrow = plan_context(FACTS, LoadOptions(context=100_000, kv_type="q8_0"), free=8 * GB)
    assert narrow.context > 1.7 * wide.context


def test_that_what_does_not_fit_is_refused_with_numbers() -> None:
    with pytest.raises(SamarError) as caught:
        plan_context(FACTS, LoadOptions(), free=3 * GB)
    assert caught.value.code == "not_enough_memory"
    assert (caught.value.details["free"], caught.value.details["name"]) == ("3.0 GB", "Seven")
    assert 4.0 < float(caught.value.details["needed"].split()[0]) < 6.0


@pytest.mark.parametrize(
    ("free", "advice"), [(7.9, "Q6_K"), (6.0, "Q5_K_M"), (5.0, "Q4_K_M"), (3.6, "Q2_K"), (3.0, None)]
)
def test_that_a_refused_load_names_the_quantization_that_would_fit(free: float, advice: str | None) -> None:
    facts = msgspec.structs.replace(
        FACTS, file_bytes=14 * GB, quantization="F16", shape=msgspec.structs.replace(FACTS.shape, weight_bytes=14 * GB)
    )
    with pytest.raises(SamarError) as caught:
        plan_context(facts, LoadOptions(), free=int(free * GB))
    assert caught.value.details.get("quantization") == advice
    assert caught.value.code == ("not_enough_memory_for_this" if advice else "not_enough_memory")
    if advice:
        bytes_ = {"Q6_K": 5.8, "Q5_K_M": 5.0, "Q4_K_M": 4.3, "Q2_K": 2.8}[advice] * GB
        shape = msgspec.structs.replace(facts.shape, weight_bytes=int(bytes_))
        fitting = msgspec.structs.replace(facts, shape=shape)
        assert plan_context(fitting, LoadOptions(), free=int(free * GB)).context >= 2048


def test_that_nonsense_on_the_pipe_ends_the_process() -> None:
    with subprocess.Popen(
        child_command(Role.ENGINE, str(os.getpid())),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(),
    ) as process:
        _, stderr = process.communicate(b"\x05\x00\x00\x00nonsense", timeout=60)
    assert b"ProtocolError" in stderr
