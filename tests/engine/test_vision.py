"""Images in messages, with a tiny projector of random weights and the real engine process."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy
from desktop.core.images import check_image
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.context import Context
from desktop.engine.llama import Library, Model, StopFlag
from desktop.engine.protocol import PromptProgress
from desktop.engine.vision import Projector, require_memory
from desktop.models.projectors import check_projector, projector_beside
from tests.engine.test_session import OPTIONS, MakeEngine, ask, read
from tests.fakes.tiny_gguf import png, write_tiny, write_tiny_projector

RED, BLUE = png((220, 20, 20)), png((20, 20, 220))


@pytest.fixture
def projector(tmp_path: Path) -> Path:
    return write_tiny_projector(tmp_path / "mmproj.gguf")


def options(projector: Path, **others: object) -> LoadOptions:
    return msgspec.structs.replace(OPTIONS, projector=str(projector), **others)


@pytest.fixture
def engine(make_engine: MakeEngine, tiny_model: Path, projector: Path) -> EngineClient:
    engine = make_engine(check_projector=check_projector)
    info = engine.load(tiny_model, options(projector))
    assert info is not None
    assert info.vision
    return engine


def shown(*images: tuple[int, bytes], turns: tuple[object, ...] = ("What is it?",), **params: object) -> ChatRequest:
    return msgspec.structs.replace(ask(*turns, **params), images=images)  # type: ignore[arg-type]


def reply(engine: EngineClient, request: ChatRequest) -> tuple[str, GenerationStats]:
    text, _, stats = read(engine, request)
    return text, stats


def test_that_a_reply_depends_on_the_image_and_its_place(engine: EngineClient) -> None:
    plain, without = reply(engine, ask("What is it?", max_tokens=60))
    red, stats = reply(engine, shown((0, RED), max_tokens=60))
    assert stats.prompt_tokens - without.prompt_tokens == 16
    blue, _ = reply(engine, shown((0, BLUE), max_tokens=60))
    both, _ = reply(engine, shown((0, RED), (0, BLUE), max_tokens=60))
    turned, _ = reply(engine, shown((0, BLUE), (0, RED), max_tokens=60))
    turns = ("What is it?", ("assistant", "Hm."), "What is it?")
    first, _ = reply(engine, shown((0, RED), turns=turns, max_tokens=60))
    second, _ = reply(engine, shown((2, RED), turns=turns, max_tokens=60))
    assert len({plain, red, blue, both, turned, first, second}) == 7
    assert reply(engine, ask("What is it?", max_tokens=60))[0] == plain, "text alone is as before"


def test_that_an_image_is_read_once_and_never_taken_for_another(
    engine: EngineClient, make_engine: MakeEngine, tiny_model: Path, projector: Path
) -> None:
    answer, first = reply(engine, shown((0, RED), max_tokens=30))
    assert first.cached_tokens == 0
    again, stats = reply(engine, shown((0, RED), max_tokens=30))
    assert (again, stats.cached_tokens) == (answer, stats.prompt_tokens - 1)
    turns = ("What is it?", ("assistant", answer), "And now?")
    _, followed = reply(engine, shown((0, RED), turns=turns, max_tokens=30))
    assert followed.cached_tokens >= first.prompt_tokens
    other, stats = reply(engine, shown((0, BLUE), max_tokens=30))
    assert stats.cached_tokens < 16, "another image is not in the cache"
    fresh = make_engine(check_projector=check_projector)
    fresh.load(tiny_model, options(projector))
    assert reply(fresh, shown((0, BLUE), max_tokens=30))[0] == other
    assert reply(fresh, shown((0, RED), max_tokens=30))[0] == answer


def test_that_states_with_images_come_back_after_a_restart(
    make_engine: MakeEngine, tiny_model: Path, projector: Path, tmp_path: Path
) -> None:
    turns = ("hello " * 60,)
    request = msgspec.structs.replace(shown((0, RED), turns=turns, max_tokens=8), chat="a", kept=True)
    texts, cached = set(), []
    for _ in range(2):
        engine = make_engine(check_projector=check_projector, states=tmp_path / "states")
        engine.load(tiny_model, options(projector))
        text, stats = reply(engine, request)
        texts.add(text)
        cached.append(stats.cached_tokens)
        engine.unload()
        engine.close()
    assert len(texts) == 1
    assert cached[0] == 0 < cached[1]


def test_that_a_marker_in_a_message_is_only_text(engine: EngineClient) -> None:
    text = "<__media__> <__image 0__>[0] <image>"
    _, stats = reply(engine, shown((0, RED), turns=(text,)))
    _, plain = reply(engine, ask(text))
    assert stats.prompt_tokens == plain.prompt_tokens + 16


def test_that_speculation_changes_nothing_beside_an_image(
    make_engine: MakeEngine, tiny_model: Path, projector: Path
) -> None:
    texts = set()
    for speculation in (False, True):
        engine = make_engine(check_projector=check_projector)
        engine.load(tiny_model, options(projector, speculation=speculation))
        texts.add(reply(engine, shown((0, RED), (0, RED), turns=("abcd " * 12,), max_tokens=120))[0])
    assert len(texts) == 1


def test_that_a_stop_while_an_image_is_read_leaves_a_right_cache(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path
) -> None:
    large = write_tiny_projector(tmp_path / "large.gguf", size=160)
    engine = make_engine(check_projector=check_projector)
    engine.load(tiny_model, options(large, context=2048))
    request = shown((0, RED), turns=("hello " * 30,), max_tokens=8)
    stopped = False
    for event in engine.generate(request):
        if isinstance(event, PromptProgress) and not stopped:
            stopped = True
            threading.Thread(target=engine.stop).start()
        last = event
    assert stopped
    assert last.stats.stopped_by in (StoppedBy.USER, StoppedBy.LENGTH)  # type: ignore[union-attr]
    text, _ = reply(engine, request)
    fresh = make_engine(check_projector=check_projector)
    fresh.load(tiny_model, options(large, context=2048))
    assert reply(fresh, request)[0] == text


def test_that_a_raised_flag_ends_the_reading_of_an_image_between_two_nodes(tiny_model: Path, projector: Path) -> None:
    flag, library = StopFlag(), Library()
    model = Model(library, str(tiny_model))
    context = Context(model, size=512, batch=64, threads=1, flag=flag)
    sees = Projector(model, str(projector), "Tiny", 1, flag)
    ((_, text),) = sees.mark((("user", "What?"),), ((0, RED),))
    tokens = sees.tokenize(f"Look: {text}")
    start = next(at for at, token in enumerate(tokens) if token < 0)
    context.decode(tokens[:start])
    flag.set()
    before = sees._asked
    assert not sees.read(context, tokens[start])
    stopped_at = sees._asked - before
    assert context.tokens == tokens[:start]
    flag.clear()
    assert sees.read(context, tokens[start])
    assert sees._asked - before - stopped_at > 4 * stopped_at, "it ended near the beginning"
    assert context.tokens == tokens[: start + 16]
    sees.close()
    context.close()
    model.close()


BROKEN = {
    "text": b"this is no image at all, but long enough to be looked at by the check of the header",
    "cut": RED[:40],
    "empty": b"",
    "bytes behind a header": RED[:33] + b"nonsense" * 40,
}


@pytest.mark.parametrize("name", BROKEN)
def test_that_what_is_no_image_is_one_sentence(engine: EngineClient, name: str) -> None:
    with pytest.raises(SamarError) as caught:
        list(engine.generate(shown((0, BROKEN[name]))))
    assert caught.value.code == "image_unreadable"
    assert reply(engine, shown((0, RED)))[0], "the next message works"


def test_that_images_beyond_all_bounds_are_refused(engine: EngineClient) -> None:
    huge = RED[:16] + (60_000).to_bytes(4, "big") * 2 + RED[24:]
    with pytest.raises(SamarError) as caught:
        list(engine.generate(shown((0, huge))))
    assert (caught.value.code, caught.value.details["width"]) == ("image_too_large", "60000")
    with pytest.raises(SamarError) as caught:
        list(engine.generate(shown(*[(0, RED)] * 17)))
    assert caught.value.code == "image_too_large"
    with pytest.raises(SamarError) as caught:
        list(engine.generate(shown(*[(0, RED)] * 16, turns=("x" * 1900,))))
    assert caught.value.code == "prompt_too_long"


def test_that_a_model_without_a_projector_says_so(make_engine: MakeEngine, tiny_model: Path) -> None:
    engine = make_engine()
    engine.load(tiny_model, OPTIONS)
    with pytest.raises(SamarError) as caught:
        list(engine.generate(shown((0, RED))))
    assert caught.value.code == "no_vision"
    assert read(engine, ask("hi"))[0]


def test_that_a_projector_of_another_model_is_one_sentence(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path
) -> None:
    engine = make_engine(check_projector=check_projector)
    with pytest.raises(SamarError) as caught:
        engine.load(tiny_model, options(tiny_model))
    assert caught.value.code == "projector_unfit"
    engine.load(tiny_model, options(write_tiny_projector(tmp_path / "wide.gguf", width=48)))
    with pytest.raises(SamarError) as caught:
        list(engine.generate(shown((0, RED))))
    assert caught.value.code == "projector_unfit"
    assert read(engine, ask("hi"))[0], "text works without it"


def test_that_a_projector_that_does_not_fit_is_refused_with_numbers(projector: Path) -> None:
    require_memory(projector, 10**9)
    with pytest.raises(SamarError) as caught:
        require_memory(projector, 1000)
    assert (caught.value.code, caught.value.details["free"]) == ("not_enough_memory", "0 MB")
    with pytest.raises(SamarError) as caught:
        require_memory(projector.with_name("none.gguf"), 10**9)
    assert caught.value.code == "model_missing"


def test_that_a_projector_is_found_by_its_name(tmp_path: Path) -> None:
    for name in ("sees-Q4_K_M.gguf", "sees-Q8_0.gguf", "blind-Q4_0.gguf"):
        write_tiny(tmp_path / name, layers=1)
    for name in ("mmproj-sees-f16.gguf", "mmproj-other.gguf"):
        write_tiny_projector(tmp_path / name)
    assert projector_beside(tmp_path / "sees-Q4_K_M.gguf") == tmp_path / "mmproj-sees-f16.gguf"
    assert projector_beside(tmp_path / "blind-Q4_0.gguf") is None
    alone = tmp_path / "alone"
    alone.mkdir()
    for name in ("model-Q4_0.gguf", "model-Q8_0.gguf"):
        write_tiny(alone / name, layers=1)
    write_tiny_projector(alone / "mmproj-F16.gguf")
    assert projector_beside(alone / "model-Q8_0.gguf") == alone / "mmproj-F16.gguf"


def test_that_the_common_formats_are_known_by_their_headers() -> None:
    assert check_image(RED) == (24, 16)
    jpeg = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0001108002000400301220002110103110100")
    assert check_image(jpeg) == (64, 32)
    assert check_image(b"GIF89a" + (7).to_bytes(2, "little") + (5).to_bytes(2, "little") + b"\0\0\0") == (7, 5)
    bitmap = (
        b"BM"
        + b"\0" * 12
        + (40).to_bytes(4, "little")
        + (9).to_bytes(4, "little")
        + (-4).to_bytes(4, "little", signed=True)
    )
    assert check_image(bitmap) == (9, 4)
