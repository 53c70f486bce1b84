"""How a model is loaded, and what its replies teach."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from desktop.core.generation import GenerationStats
from desktop.core.model import ModelInfo
from desktop.core.paths import Paths
from desktop.core.settings import Settings
from desktop.models import bandwidth
from desktop.models.gguf import inspect
from desktop.models.library import Library
from desktop.models.settings import ModelSettings
from desktop.workers.loading import learn_from, options_of
from tests.fakes.shaped_gguf import Q8_0, Shape, write_shaped
from tests.fakes.tiny_gguf import write_tiny


def test_that_a_models_own_settings_come_before_the_general_ones(data_dir: Path, tmp_path: Path) -> None:
    paths = Paths.under(data_dir)
    path = write_tiny(tmp_path / "a.gguf")
    general = Settings(context=4096, threads=3)
    assert (options_of(paths, general, path).context, options_of(paths, general, path).threads) == (4096, 3)
    library = Library(paths, places=list)
    (entry,) = library.add(path)
    own = ModelSettings(context=1024, kv_type="q8_0", gpu_layers=0, memory_map=False, keep_in_memory=True)
    library.set_settings(entry.id, own)
    found = options_of(paths, general, path)
    assert (found.context, found.threads, found.kv_type, found.gpu_layers) == (1024, 3, "q8_0", 0)
    assert (found.memory_map, found.keep_in_memory, found.flash_attention) == (False, True, "auto")
    paths.library.write_bytes(b"{")
    assert options_of(paths, general, path).context == 4096


def test_that_replies_of_large_models_teach(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bandwidth, "measured", lambda: (2e10, 0.0))
    paths = Paths.under(data_dir)
    bandwidth.remembered(paths.cache)
    large = write_shaped(tmp_path / "large.gguf", Shape("llama", 1024, 24, 16, 4, 64, 4096, 32_000, 32_768, Q8_0))
    small = write_tiny(tmp_path / "small.gguf")
    stats = GenerationStats(prompt_tokens=100, reply_tokens=50, tokens_per_s=20.0)
    for path in (large, small, large, small, large):
        facts = inspect(path)
        info = ModelInfo(
            path=str(path), name="x", architecture="llama", parameters=1, quantization="", file_bytes=facts.file_bytes,
            context=1, context_wished=1, context_trained=1, threads=1, has_template=True,
        )  # fmt: skip
        learn_from(paths, info, stats)
    seen = msgspec.json.decode((paths.cache / bandwidth.FILE).read_bytes())["seen"]
    assert len(seen) == 3 and 0.3 < bandwidth.this_machine(paths.cache).efficiency < 0.7
