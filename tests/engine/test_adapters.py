"""LoRA adapters attached, scaled and detached on a loaded model, and what was read without them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from desktop.core.errors import SamarError
from desktop.core.model import Adapter
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.models.adapters import check_adapter
from tests.engine.conftest import NEVER_ENDS
from tests.engine.test_session import OPTIONS, MakeEngine, ask, read
from tests.fakes.tiny_gguf import write_tiny, write_tiny_adapter

LONG = "hello " * 60


@pytest.fixture
def engine(make_engine: MakeEngine) -> EngineClient:
    return make_engine(check_adapter=check_adapter)


def options(*adapters: tuple[Path, float]) -> LoadOptions:
    laid = tuple(Adapter(path=str(path), scale=scale) for path, scale in adapters)
    return msgspec.structs.replace(OPTIONS, adapters=laid)


def test_that_adapters_come_go_and_are_scaled_without_reading_the_model_again(
    engine: EngineClient, tiny_model: Path, tmp_path: Path
) -> None:
    one = write_tiny_adapter(tmp_path / "one.gguf")
    other = write_tiny_adapter(tmp_path / "other.gguf", seed=2)
    told: list[float] = []

    def reply(*adapters: tuple[Path, float]) -> tuple[str, int]:
        assert engine.load(tiny_model, options(*adapters), told.append) is not None
        text, _, stats = read(engine, ask(LONG, max_tokens=60))
        return text, stats.cached_tokens

    plain = reply()
    assert told, "the model itself was read"
    told.clear()
    texts = {name: reply(*adapters) for name, adapters in {
        "one": [(one, 1.0)], "weak": [(one, 0.2)], "other": [(other, 1.0)], "both": [(one, 1.0), (other, 1.0)],
    }.items()}  # fmt: skip
    assert len({plain[0], *(text for text, _ in texts.values())}) == 5
    assert all(cached == 0 for _, cached in texts.values()), "what was read under other adapters is of no use"
    assert reply((one, 0.0)) == plain
    assert reply((one, 1.0))[0] == texts["one"][0]
    assert reply((one, 0.5), (one, 0.5))[0] == texts["one"][0]
    assert reply()[0] == plain[0]
    assert not told, "only the adapters changed"
    again, cached = reply()
    assert again == plain[0]
    assert cached > 0, "the same adapters: the cache holds"


def test_that_states_on_disk_belong_to_their_adapters(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path
) -> None:
    adapter = write_tiny_adapter(tmp_path / "one.gguf")
    request = msgspec.structs.replace(ask(LONG, max_tokens=8), chat="a", kept=True)

    def cached(*adapters: tuple[Path, float]) -> int:
        engine = make_engine(check_adapter=check_adapter, states=tmp_path / "states")
        engine.load(tiny_model, options(*adapters))
        _, _, stats = read(engine, request)
        engine.unload()
        engine.close()
        return stats.cached_tokens

    assert cached() == 0
    assert cached((adapter, 1.0)) == 0
    assert cached((adapter, 1.0)) > 0
    assert cached((adapter, 0.5)) == 0
    assert cached() > 0


@pytest.mark.parametrize(
    ("made", "code", "says"),
    [
        ({"architecture": "qwen2"}, "adapter_unfit", "Tiny"),
        ({"width": 64}, "adapter_unfit", "Tiny"),
        ({"kind": "model"}, "not_an_adapter", "LoRA"),
        ({"rank": 0}, "model_damaged", "damaged"),
        (None, "model_missing", "not there"),
    ],
    ids=str,
)
def test_that_an_adapter_for_another_base_is_one_sentence(
    engine: EngineClient, tiny_model: Path, tmp_path: Path, made: dict[str, object] | None, code: str, says: str
) -> None:
    engine.load(tiny_model, OPTIONS)
    plain = read(engine, ask("hi"))[0]
    path = tmp_path / "adapter.gguf"
    if made is not None:
        write_tiny_adapter(path, **made)  # type: ignore[arg-type]
    with pytest.raises(SamarError) as caught:
        engine.load(tiny_model, options((path, 1.0)))
    assert caught.value.code == code
    assert says in caught.value.sentence()
    assert engine.load(tiny_model, OPTIONS) is not None
    assert read(engine, ask("hi"))[0] == plain


def test_that_a_model_is_loaded_with_its_adapters_or_not_at_all(
    engine: EngineClient, tiny_model: Path, tmp_path: Path
) -> None:
    wrong = write_tiny_adapter(tmp_path / "wrong.gguf", width=64)
    with pytest.raises(SamarError):
        engine.load(tiny_model, options((wrong, 1.0)))
    assert engine.model is None
    with pytest.raises(SamarError) as caught:
        list(engine.generate(ChatRequest(messages=(("user", "hi"),))))
    assert caught.value.code == "no_model"


def test_that_another_model_takes_its_own_adapters(engine: EngineClient, tiny_model: Path, tmp_path: Path) -> None:
    adapter = write_tiny_adapter(tmp_path / "one.gguf")
    second = write_tiny(tmp_path / "second.gguf", seed=5, favour=NEVER_ENDS)
    engine.load(second, OPTIONS)
    plain = read(engine, ask("hi"))[0]
    engine.load(tiny_model, options((adapter, 1.0)))
    read(engine, ask("hi"))
    engine.load(second, OPTIONS)
    assert read(engine, ask("hi"))[0] == plain
