"""A model's card, from its header alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import starter_model
from desktop.models import gguf
from desktop.models.summary import WARNINGS, ModelSummary, Warning_, projector_of, summary_of, template_facts
from tests.fakes.shaped_gguf import Shape, write_shaped
from tests.fakes.tiny_gguf import CHATML, write_tiny


def test_that_the_bundled_model_has_a_clean_card() -> None:
    card = summary_of(starter_model())
    assert card.warnings == () and card.template.present and card.parameters > 1_000_000
    assert card.file_bytes == starter_model().stat().st_size
    assert sum(share.bytes for share in card.types) <= card.file_bytes
    assert card.types[0].bytes >= card.types[-1].bytes and 2 < card.bits_per_weight < 9
    roles = {role: text for role, _, text in card.special_tokens}
    assert roles["eos"]


def test_that_special_tokens_have_their_texts(tmp_path: Path) -> None:
    small = summary_of(write_tiny(tmp_path / "small.gguf"))
    texts = {role: text for role, _, text in small.special_tokens}
    assert (texts["eos"], texts["eot"]) == ("<|im_end|>", "<|endoftext|>")
    words = tuple(f"word{number}" for number in range(5000))  # a vocabulary that stays in the file
    large = summary_of(write_tiny(tmp_path / "large.gguf", words=words))
    assert {role: text for role, _, text in large.special_tokens} == texts and large.vocabulary > 5000
    assert gguf.token_texts(tmp_path / "large.gguf", [300, 10**9, -1]) == {300: "word44"}


def warned(path: Path) -> set[Warning_]:
    return set(summary_of(path).warnings)


def test_that_what_is_missing_is_said(tmp_path: Path) -> None:
    whole = write_tiny(tmp_path / "whole.gguf")
    assert warned(whole) == set()
    assert warned(write_tiny(tmp_path / "base.gguf", template=None)) == {Warning_.NO_TEMPLATE}
    assert warned(write_tiny(tmp_path / "blank.gguf", template="  \n")) == {Warning_.NO_TEMPLATE}
    assert Warning_.NO_END_TOKEN in warned(write_tiny(tmp_path / "endless.gguf", specials=("<x>",)))
    assert Warning_.NO_CONTEXT in warned(write_tiny(tmp_path / "short.gguf", context=0))
    data = whole.read_bytes()
    unsplit = tmp_path / "unsplit.gguf"
    unsplit.write_bytes(data.replace(b"tokenizer.ggml.pre", b"tokenizer.ggml.prx"))
    assert warned(unsplit) == {Warning_.NO_PRE_TOKENIZER}


def test_that_long_context_without_factors_is_known_bad(tmp_path: Path) -> None:
    path = write_shaped(tmp_path / "phi.gguf", Shape("phi3", kv_heads=8, context=131_072))
    assert Warning_.NO_ROPE_FACTORS in warned(path)
    path = write_shaped(tmp_path / "phi4k.gguf", Shape("phi3", kv_heads=8, context=4096))
    assert Warning_.NO_ROPE_FACTORS not in warned(path)


def test_that_few_bits_are_warned_of(tmp_path: Path) -> None:
    q2_k = 10
    assert Warning_.FEW_BITS in warned(write_shaped(tmp_path / "q2.gguf", Shape("llama", type=q2_k)))


def test_that_active_parameters_are_those_of_the_experts_at_work(tmp_path: Path) -> None:
    made = Shape("qwen3moe", width=512, layers=8, experts=16, experts_used=4, expert_feed=256)
    card = summary_of(write_shaped(tmp_path / "moe.gguf", made))
    in_experts = 8 * 16 * 3 * 512 * 256
    assert card.parameters - card.active_parameters == in_experts * 3 // 4
    dense = summary_of(write_shaped(tmp_path / "dense.gguf", Shape("llama")))
    assert dense.active_parameters == dense.parameters


@pytest.mark.parametrize(
    ("template", "system", "tools", "thinking"),
    [
        (CHATML, False, False, False),
        ("{% if messages[0]['role'] == 'system' %}x{% endif %}", True, False, False),
        ("{{ raise_exception('System role not supported') if messages[0]['role'] == 'system' }}", False, False, False),
        ("{% if tools %}{{ tools | tojson }}{% endif %}", False, True, False),
        ("{% if enable_thinking is false %}<think></think>{% endif %}", False, False, True),
        ("", False, False, False),
    ],
)
def test_that_templates_say_what_they_take(template: str, system: bool, tools: bool, thinking: bool) -> None:
    facts = template_facts(template)
    assert (facts.system, facts.tools, facts.thinking) == (system, tools, thinking)
    assert facts.present == bool(template)


def test_that_a_projector_is_told_from_an_adapter(tmp_path: Path) -> None:
    adapter = write_tiny(tmp_path / "lora-x.gguf", extra={"general.type": "adapter"})
    projector = write_tiny(tmp_path / "mmproj-x.gguf", architecture="clip", extra={"general.type": "mmproj"})
    assert projector_of((str(tmp_path / "gone.gguf"), str(adapter), str(projector))) == projector
    assert projector_of((str(adapter),)) is None


def test_that_control_characters_stay_out_of_a_card(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "a.gguf", name="A\x1b[31mB\u202e", extra={"general.license": "mit\x07\n" + "x" * 1000})
    card: ModelSummary = summary_of(path)
    assert all(letter.isprintable() for letter in card.name + card.licence) and len(card.licence) <= 200


def test_that_a_card_of_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"hello")
    with pytest.raises(SamarError):
        summary_of(tmp_path / "a.gguf")


def test_that_every_warning_has_its_words() -> None:
    assert set(WARNINGS) == set(Warning_)
