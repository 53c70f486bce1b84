"""The catalogue: complete, consistent, and what it recommends."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from desktop.core.errors import SamarError
from desktop.models import catalogue
from desktop.models.catalogue import REASONS, Advice, Arabic, Catalogue
from desktop.models.fit import Machine, Verdict

GB = 10**9
ASKED_FOR = [
    "llama-3.2-1b",
    "llama-3.2-3b",
    "llama-3.1-8b",
    *(f"qwen2.5-{size}" for size in ("0.5b", "1.5b", "3b", "7b")),
    *(f"qwen3-{size}" for size in ("0.6b", "1.7b", "4b", "8b", "14b", "30b-a3b")),
    *("qwen3.5-4b", "qwen3.5-9b", "gpt-oss-20b"),
    *("gemma-2-2b", "gemma-3-1b", "gemma-3-4b", "gemma-3-12b"),
    *("phi-2", "phi-3-mini", "phi-3.5-mini", "phi-3.5-moe", "phi-3.5-vision", "phi-4-mini"),
    *("mistral-7b", "mistral-nemo", "tinyllama-1.1b"),
    *("smollm2-135m", "smollm2-360m", "smollm2-1.7b"),
    *(f"deepseek-r1-{base}" for base in ("qwen-1.5b", "qwen-7b", "llama-8b")),
    *("allam-7b", "silma-9b", "fanar-1-9b", "falcon-arabic-7b", "jais-1.3b", "jais-adapted-7b"),
    *("acegpt-v2-8b", "command-r7b-arabic"),
]


@pytest.fixture(scope="module")
def whole() -> Catalogue:
    return catalogue.load()


def test_that_every_model_that_people_ask_for_is_there(whole: Catalogue) -> None:
    assert set(ASKED_FOR) <= {model.id for model in whole.models}


def test_that_what_is_said_is_said_in_both_languages(whole: Catalogue) -> None:
    for model in whole.models:
        arabic = sum("\u0600" <= letter <= "\u06ff" for letter in model.about.ar)
        assert arabic > len(model.about.ar) / 2, model.id
        assert not any("\u0600" <= letter <= "\u06ff" for letter in model.about.en), model.id


def test_that_sizes_agree_with_the_parameters(whole: Catalogue) -> None:
    """Bits for each weight, by the quantization's name: a slip of the pen would fall out of these bounds."""
    bits = {"Q4_K_M": (4.4, 6.5), "Q5_K_S": (5.2, 6.2), "Q8_0": (8.3, 9.2), "MXFP4": (4.2, 5.2)}
    for model in whole.models:
        for _, file in model.files():
            low, high = bits[file.quantization]
            assert low < file.size * 8 / model.parameters < high, file.name


def test_that_figures_agree_with_the_parameters(whole: Catalogue) -> None:
    for model in whole.models:
        s = model.shape
        attention = s.width * s.head * (2 * s.heads + 2 * s.kv_heads)
        inner = (3 if s.gated_feed else 2) * s.width * (s.expert_feed if s.experts else s.feed)
        embedding = s.width * s.vocabulary * (1 if s.tied else 2)
        total = embedding + s.layers * (attention + inner * max(s.experts, 1))
        assert total == pytest.approx(model.parameters, rel=0.13), model.id
        if model.active_parameters:
            active = embedding + s.layers * (attention + inner * s.experts_used)
            least = active - (0 if s.tied else s.width * s.vocabulary)  # some makers leave one of the two ends out
            assert 0.87 * least < model.active_parameters < 1.13 * active, model.id


def test_that_layers_with_a_state_keep_no_keys(whole: Catalogue) -> None:
    """Figures of the header of Qwen3.5 4B: 8 of 32 layers keep 4 heads of 256; 24 have a state of 548,864 numbers."""
    model = whole.find("qwen3.5-4b")
    assert model is not None
    shape = model.shape_of(model.gguf[0].files[0])
    assert (shape.kv_elements, shape.window_elements) == (8 * 4 * 256 * 2, 0)
    assert shape.state_bytes == 24 * 548_864 * 4


def test_that_every_size_says_where_it_was_seen(whole: Catalogue) -> None:
    """docs/catalogue.md has a line for each file, with the size as it stands here."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "catalogue.md").read_text(encoding="utf-8")
    lines = [" ".join(line.split()) for line in text.splitlines()]  # columns may be padded
    for model in whole.models:
        for repo, file in model.files():
            (line,) = [line for line in lines if f"| {file.name} |" in line]
            assert repo in line and f"{file.size:,}" in line and file.size_is in line, file.name
    assert whole.date in text


def test_that_models_without_a_file_are_few_and_say_so(whole: Catalogue) -> None:
    for model in whole.models:
        if not model.gguf:
            assert ("convert" in model.about.en and "يحوّل" in model.about.ar) or "تحويل" in model.about.ar


@pytest.mark.parametrize(
    "harm",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"version": 2, "date": "2026-01-01", "models": []}',
        b'{"version": 1, "date": "yesterday", "models": []}',
        b'{"version": 1, "date": "2026-01-01", "models": [{"id": "x"}]}',
        b"[" * 100_000,
    ],
)
def test_that_a_broken_catalogue_is_one_sentence(tmp_path: Path, harm: bytes) -> None:
    path = tmp_path / "catalogue.json"
    path.write_bytes(harm)
    with pytest.raises(SamarError) as caught:
        catalogue.load(path)
    assert caught.value.code == "catalogue_broken"


def test_that_an_id_that_is_there_twice_is_refused(whole: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.json"
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(whole, models=whole.models[:1] * 2)))
    with pytest.raises(SamarError, match="twice"):
        catalogue.load(path)


@pytest.mark.parametrize("free", [2 * GB, 4 * GB, 8 * GB, 16 * GB, 64 * GB])
def test_that_what_is_recommended_fits(whole: Catalogue, free: int) -> None:
    found = catalogue.recommend(whole, Machine(free=free, bandwidth=40e9))
    assert found and len({choice.model.id for choice in found}) == len(found)
    for choice in found:
        assert choice.fit.verdict is Verdict.FITS
        assert choice.fit.tokens_per_s >= catalogue.READING_SPEED / (2 if choice.advice is Advice.ARABIC else 1)
        assert not choice.model.special
    assert found[0].advice is Advice.BEST


def test_that_more_memory_never_recommends_less(whole: Catalogue) -> None:
    sizes = [
        catalogue.recommend(whole, Machine(free=free * GB, bandwidth=1e12))[0].file.size
        for free in (2, 4, 8, 16, 32, 64)
    ]
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]


def test_that_a_slow_computer_is_recommended_smaller_ones(whole: Catalogue) -> None:
    slow, fast = (catalogue.recommend(whole, Machine(free=32 * GB, bandwidth=b))[0].file.size for b in (1e10, 2e11))
    assert slow < fast


def test_that_arabic_is_recommended_by_its_quality(whole: Catalogue) -> None:
    found = catalogue.recommend(whole, Machine(free=12 * GB, bandwidth=80e9))
    arabic = next(choice for choice in found if choice.advice is Advice.ARABIC)
    assert arabic.model.arabic is Arabic.NATIVE


def test_that_with_hardly_any_memory_the_smallest_is_named(whole: Catalogue) -> None:
    found = catalogue.recommend(whole, Machine(free=450 * 10**6, bandwidth=2e10))
    assert [choice.advice for choice in found] == [Advice.SMALL] and found[0].model.id == "smollm2-135m"
    assert catalogue.recommend(whole, Machine(free=10**6)) == []


def test_that_every_advice_has_its_reason() -> None:
    assert set(REASONS) == set(Advice)
