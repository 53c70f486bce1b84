"""A GPU that fails: fewer layers go to it, in the end none, and the model answers all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams
from desktop.engine import session as room
from desktop.engine.llama import Context, Library, Model, NativeError, StopFlag
from desktop.engine.protocol import Finished, Frame, GenerateRequest, LoadOptions
from desktop.engine.template import TemplateProcess
from desktop.models import gguf

pytestmark = pytest.mark.engine


class Gpu(Library):
    """The library, with a device that takes `room_for` layers, or fails when the context is made on it."""

    def __init__(self, room_for: int, *, fails_late: bool = False) -> None:
        super().__init__()
        self.room_for, self.fails_late = room_for, fails_late
        self.offers: list[int] = []

    def has_gpu(self) -> bool:
        return True


@pytest.fixture
def templates() -> Iterator[tuple[TemplateProcess, StopFlag]]:
    flag = StopFlag()
    process = TemplateProcess(flag)
    process.start()
    yield process, flag
    process.close()


@pytest.fixture(autouse=True)
def device(monkeypatch: pytest.MonkeyPatch) -> None:
    def model(library: Gpu, path: str, *, gpu_layers: int, **others: Any) -> Model:
        library.offers.append(gpu_layers)
        asked = gpu_layers if gpu_layers >= 0 else 1000
        if asked > library.room_for and not library.fails_late:
            raise NativeError("unable to allocate Vulkan0 buffer")
        made = Model(library, path, gpu_layers=0, **others)
        made.asked = asked  # type: ignore[attr-defined]
        return made

    def context(made: Any, **options: Any) -> Context:
        if made.asked > made.library.room_for:
            raise NativeError("failed to allocate compute buffers on Vulkan0")
        return Context(made, **options)

    monkeypatch.setattr(room, "Model", model)
    monkeypatch.setattr(room, "Context", context)


def load(library: Library, templates: tuple[TemplateProcess, StopFlag], path: Path, layers: int) -> room.Session:
    process, flag = templates
    options = LoadOptions(threads=1, gpu_layers=layers)
    return room.Session(library, process, flag, options, gguf.inspect(path), lambda _: None)


@pytest.mark.parametrize("fails_late", [False, True])
@pytest.mark.parametrize(
    ("wished", "room_for", "offers"),
    [(-1, 1000, [-1]), (-1, 20, [-1, 32, 16]), (-1, 0, [-1, 32, 16, 8, 4, 2, 1, 0]), (10, 5, [10, 5]), (0, 9, [0])],
)
def test_that_as_many_layers_go_to_the_gpu_as_it_takes(
    templates: tuple[TemplateProcess, StopFlag],
    tiny_model: Path,
    wished: int,
    room_for: int,
    offers: list[int],
    fails_late: bool,
) -> None:
    library = Gpu(room_for, fails_late=fails_late)
    session = load(library, templates, tiny_model, wished)
    told: list[Frame] = []
    params = GenerationParams(max_tokens=3)
    session.generate(1, GenerateRequest(messages=(("user", "hi"),), params=params), told.append)
    session.close()
    assert library.offers == offers
    assert session.info.gpu_layers == offers[-1]
    assert isinstance(told[-1], Finished)
    assert told[-1].stats.reply_tokens == 3


def test_that_a_file_which_fails_everywhere_is_refused_with_the_reason(
    templates: tuple[TemplateProcess, StopFlag], tiny_model: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(tiny_model.read_bytes().replace(b"blk.1.attn_q.weight", b"blk.1.attn_x.weight"))
    with pytest.raises(SamarError) as caught:
        load(Gpu(1000), templates, bad, 2)
    assert caught.value.code == "model_load_failed"
    assert "attn_q" in caught.value.details["reason"]
