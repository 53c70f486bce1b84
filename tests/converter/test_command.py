"""The command: outputs, plans, and one sentence and one exit status for each bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

from converter import verify, writer
from converter.errors import ExitStatus
from converter.ggml import FileType
from converter.quant_mix import DEFAULT_TYPE
from converter.writer import PartFile
from tests.converter.gguf_digest import digest
from tests.converter.small import (
    LLAMA,
    MIXTRAL,
    change_config,
    fingerprint,
    left_in,
    rewritten,
    run,
    small_llama,
    weights_of,
)
from tests.converter.synthetic.checkpoints import put, write_checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_llama(tmp_path)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    place = tmp_path / "المخرجات output"
    place.mkdir()
    return place


def test_that_a_checkpoint_becomes_a_file_with_the_conventional_name(folder: Path, out: Path) -> None:
    before = fingerprint(folder)
    outcome = run(folder, "--out", out, "--type", "q8_0", engine=True)
    assert outcome.status == 0, outcome.err
    assert left_in(out) == ["Small-Llama-111K-v1-Q8_0.gguf"]
    assert outcome.out.strip() == str(out / "Small-Llama-111K-v1-Q8_0.gguf")
    metadata, tensors = digest(out / "Small-Llama-111K-v1-Q8_0.gguf")
    assert metadata["general.file_type"] == ["UINT32", FileType.Q8_0]
    assert len(tensors) == len(weights_of(LLAMA))
    assert fingerprint(folder) == before


def test_that_the_default_output_lies_here_but_never_in_the_source(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(folder)
    monkeypatch.chdir(out)
    assert run(folder, "--type", "F16").status == 0
    assert left_in(out) == ["Small-Llama-111K-v1-F16.gguf"]
    monkeypatch.chdir(folder)
    assert run(".", "--type", "F16").status == 0
    assert (folder.parent / "Small-Llama-111K-v1-F16.gguf").is_file()
    outcome = run(folder, "--out", folder / "x.gguf")
    assert outcome.status == ExitStatus.CANNOT_WRITE
    assert "never written" in outcome.err
    assert fingerprint(folder) == before


def test_that_an_existing_output_is_kept_unless_forced(folder: Path, out: Path) -> None:
    target = out / "model.gguf"
    target.write_bytes(b"precious")
    outcome = run(folder, "--out", target)
    assert outcome.status == ExitStatus.OUTPUT_EXISTS
    assert target.read_bytes() == b"precious"
    assert run(folder, "--out", target, "--force").status == 0
    assert target.read_bytes()[:4] == b"GGUF"
    assert left_in(out) == ["model.gguf"]


def test_that_a_file_that_appeared_meanwhile_is_kept(folder: Path, out: Path) -> None:
    target = out / "model.gguf"
    sync = PartFile.sync

    def appear(self: PartFile) -> None:
        target.write_bytes(b"precious")
        sync(self)

    with mock.patch.object(PartFile, "sync", appear):
        assert run(folder, "--out", target).status == ExitStatus.OUTPUT_EXISTS
    assert target.read_bytes() == b"precious"
    assert left_in(out) == ["model.gguf"]


def test_that_two_conversions_do_not_write_one_file(folder: Path, out: Path) -> None:
    target = out / "model.gguf"
    with PartFile(target, force=False):
        outcome = run(folder, "--out", target)
        assert outcome.status == ExitStatus.CANNOT_WRITE
        assert "another conversion" in outcome.err
        assert left_in(out) == ["model.gguf.part"]
    assert left_in(out) == []


def test_that_the_remains_of_a_killed_conversion_are_no_hindrance(folder: Path, out: Path) -> None:
    (out / "model.gguf.part").write_bytes(b"x" * 10_000_000)
    assert run(folder, "--out", out / "model.gguf").status == 0
    assert left_in(out) == ["model.gguf"]
    assert (out / "model.gguf").stat().st_size < 10_000_000


def test_that_a_plan_reads_and_writes_nothing_but_says_all(folder: Path, out: Path) -> None:
    before = fingerprint(folder)
    outcome = run(folder, "--plan", "--json", "--out", out)
    assert outcome.status == 0
    plan = json.loads(outcome.out)
    assert plan["family"] == "Llama"
    assert plan["hf_architecture"] == "LlamaForCausalLM"
    assert plan["parameters"] == sum(array.size for array in weights_of(LLAMA).values())
    assert plan["tokenizer"]["kind"] == "llama"
    # Rows of 64 and 96 are no whole blocks of 128, and that type has no other to fall back on.
    assert set(plan["sizes"]) == set(plan["seconds"]) == {kind.name for kind in DEFAULT_TYPE} - {"Q1_0"}
    assert plan["type"] == "Q4_K_M"
    assert left_in(out) == []
    table = run(folder, "--plan", "--out", out)
    assert table.status == 0
    assert "Small Llama v1" in table.out
    assert "LlamaForCausalLM" in table.out
    assert fingerprint(folder) == before


@pytest.mark.parametrize("kind", ["F32", "Q4_K_M", "Q2_K", "IQ4_XS"])
def test_that_a_planned_size_is_the_true_size(kind: str, folder: Path, out: Path) -> None:
    planned = json.loads(run(folder, "--plan", "--json").out)["sizes"][kind]
    assert run(folder, "--out", out / "x.gguf", "--type", kind).status == 0
    assert (out / "x.gguf").stat().st_size == planned


def test_that_events_are_json_lines(folder: Path, out: Path) -> None:
    with mock.patch("converter.__main__._cancel_on_closed_stdin"):
        outcome = run(folder, "--out", out / "x.gguf", "--events", "json")
    events = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.status == 0
    assert [event["event"] for event in events if event["event"] != "progress"] == ["plan", "done"]
    stages = list(dict.fromkeys(event["stage"] for event in events if event["event"] == "progress"))
    assert stages == ["read", "convert", "verify", "publish"]
    done = [event["done"] for event in events if event.get("stage") == "convert"]
    assert done == sorted(done)
    assert events[-1]["bytes"] == (out / "x.gguf").stat().st_size


def test_that_an_error_is_an_event_too(folder: Path) -> None:
    change_config(folder, architectures=["UnheardOfForCausalLM"])
    with mock.patch("converter.__main__._cancel_on_closed_stdin"):
        outcome = run(folder, "--events", "json")
    event = json.loads(outcome.out.splitlines()[-1])
    assert event["event"] == "error"
    assert event["code"] == "unknown_architecture"
    assert event["status"] == outcome.status == ExitStatus.UNKNOWN_ARCHITECTURE


def _poison(folder: Path, value: float, name: str = "model.layers.1.mlp.up_proj.weight") -> None:
    tensors = weights_of(LLAMA)
    tensors[name].reshape(-1)[-1] = value
    rewritten(folder, tensors)


def _without(folder: Path, name: str) -> None:
    rewritten(folder, {key: value for key, value in weights_of(LLAMA).items() if key != name})


def _extra(folder: Path, name: str, *shape: int) -> None:
    rewritten(folder, {**weights_of(LLAMA), name: np.zeros(shape, np.float32)})


S = ExitStatus
BAD: dict[str, tuple[Callable[[Path], Any], ExitStatus, str]] = {
    "an unknown architecture": (
        lambda f: change_config(f, architectures=["LlamaForCausalLMX"]), S.UNKNOWN_ARCHITECTURE, "'LlamaForCausalLM'"
    ),
    "no architecture": (lambda f: change_config(f, architectures=[]), S.BAD_CONFIG, "architecture"),
    "architectures that are a number": (lambda f: change_config(f, architectures=3), S.BAD_CONFIG, "architecture"),
    "broken config": (lambda f: put(f / "config.json", "{"), S.BAD_JSON, "config.json"),
    "config that is a list": (lambda f: put(f / "config.json", "[]"), S.BAD_CONFIG, "config.json"),
    "config that is no text": (lambda f: put(f / "config.json", b"\xff\xfe\x00"), S.BAD_JSON, "config.json"),
    "broken tokenizer": (lambda f: put(f / "tokenizer_config.json", "{"), S.BAD_JSON, "tokenizer_config.json"),
    "no tokenizer": (
        lambda f: [(f / n).unlink() for n in ("tokenizer.model", "tokenizer.json")], S.BAD_TOKENIZER, "tokenizer"
    ),
    "unreadable tokenizer": (lambda f: put(f / "tokenizer.model", b"\x0a\xff\xff"), S.BAD_TOKENIZER, "tokenizer.model"),
    "no layers": (lambda f: change_config(f, num_hidden_layers=0), S.BAD_CONFIG, "num_hidden_layers"),
    "a width that is a text": (lambda f: change_config(f, hidden_size="64"), S.BAD_CONFIG, "hidden_size"),
    "a width that is true": (lambda f: change_config(f, hidden_size=True), S.BAD_CONFIG, "hidden_size"),
    "a theta that is a text": (lambda f: change_config(f, rope_theta="many"), S.BAD_CONFIG, "rope"),
    "a scaling that is a text": (lambda f: change_config(f, rope_scaling="yarn"), S.BAD_CONFIG, "rotary"),
    "a context that is negative": (
        lambda f: change_config(f, max_position_embeddings=-5), S.BAD_CONFIG, "context_length"
    ),
    "another width": (lambda f: change_config(f, hidden_size=128), S.SHAPE_MISMATCH, "shape"),
    "another feed-forward width": (lambda f: change_config(f, intermediate_size=64), S.SHAPE_MISMATCH, "shape"),
    "more layers": (lambda f: change_config(f, num_hidden_layers=3), S.MISSING_TENSOR, "model.layers.2"),
    "fewer layers": (lambda f: change_config(f, num_hidden_layers=1), S.SHAPE_MISMATCH, "layer 1"),
    "heads that do not divide": (lambda f: change_config(f, num_attention_heads=5, head_dim=16), S.SHAPE_MISMATCH, ""),
    "a missing projection": (
        lambda f: _without(f, "model.layers.0.self_attn.v_proj.weight"), S.MISSING_TENSOR,
        "model.layers.0.self_attn.v_proj",
    ),
    "a missing output": (lambda f: _without(f, "lm_head.weight"), S.MISSING_TENSOR, "lm_head"),
    "a tensor that does not belong": (lambda f: _extra(f, "model.layers.0.secret.weight", 4), S.UNEXPECTED_TENSOR, "secret"),
    "a tensor that comes twice": (
        lambda f: _extra(f, "language_model.model.norm.weight", 64), S.DUPLICATE_TENSOR, "output_norm.weight"
    ),
    "NaN": (lambda f: _poison(f, float("nan")), S.NOT_FINITE, "blk.1.ffn_up.weight"),
    "infinity": (lambda f: _poison(f, float("-inf")), S.NOT_FINITE, "blk.1.ffn_up.weight"),
    "NaN in a norm": (lambda f: _poison(f, float("nan"), "model.norm.weight"), S.NOT_FINITE, "output_norm.weight"),
    "AWQ": (lambda f: change_config(f, quantization_config={"quant_method": "awq"}), S.ALREADY_QUANTIZED, "awq"),
    "bitsandbytes": (
        lambda f: change_config(f, quantization_config={"quant_method": "bitsandbytes"}), S.ALREADY_QUANTIZED, "bits"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "status", "names"), BAD.values(), ids=BAD.keys())
def test_that_bad_input_ends_with_one_sentence_and_no_file(
    spoil: Callable[[Path], Any], status: ExitStatus, names: str, folder: Path, out: Path
) -> None:
    spoil(folder)
    before = fingerprint(folder)
    outcome = run(folder, "--out", out / "x.gguf")
    assert outcome.status == status, outcome.err
    sentences = outcome.err.strip().splitlines()
    assert len(sentences) == 1
    assert sentences[0].endswith(".")
    assert names in sentences[0]
    assert outcome.out == ""
    assert left_in(out) == []
    assert fingerprint(folder) == before


def test_that_a_name_that_is_too_long_is_no_checkpoint(out: Path) -> None:
    outcome = run(Path("a" * 300), "--out", out / "x.gguf")
    assert outcome.status == ExitStatus.NOT_A_CHECKPOINT
    assert "neither a folder that is here nor a repository" in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1


def test_that_a_missing_and_an_additional_expert_are_noticed(tmp_path: Path, out: Path) -> None:
    folder = write_checkpoint(MIXTRAL, tmp_path)
    tensors = weights_of(MIXTRAL)
    assert run(folder, "--out", out / "x.gguf", engine=True).status == 0
    stem = "model.layers.1.block_sparse_moe.experts."
    rewritten(folder, {key: value for key, value in tensors.items() if key != f"{stem}2.w3.weight"})
    outcome = run(folder, "--out", out / "y.gguf")
    assert outcome.status == S.MISSING_TENSOR
    assert "Expert 2" in outcome.err
    rewritten(folder, {**tensors, **{f"{stem}4.w{n}.weight": tensors[f"{stem}0.w{n}.weight"] for n in (1, 2, 3)}})
    assert run(folder, "--out", out / "y.gguf").status == S.SHAPE_MISMATCH
    assert left_in(out) == ["x.gguf"]


def test_that_a_full_disk_leaves_nothing(folder: Path, out: Path) -> None:
    import errno

    full = OSError(errno.ENOSPC, "No space left on device")
    for name in ("posix_fallocate", "pwrite"):
        with mock.patch.object(writer.os, name, side_effect=full):
            outcome = run(folder, "--out", out / "x.gguf")
        assert outcome.status == S.NO_SPACE
        assert left_in(out) == []
    with mock.patch("shutil.disk_usage", return_value=mock.Mock(free=1000)):
        assert run(folder, "--out", out / "x.gguf").status == S.NO_SPACE
    assert left_in(out) == []


def test_that_weights_too_large_for_float16_are_not_made_infinite(folder: Path, out: Path) -> None:
    _poison(folder, 1e6)
    outcome = run(folder, "--out", out / "x.gguf", "--type", "F16")
    assert outcome.status == S.NOT_FINITE
    assert "F16" in outcome.err
    assert run(folder, "--out", out / "x.gguf", "--type", "BF16").status == 0


def test_that_the_engine_has_the_last_word(folder: Path, out: Path) -> None:
    command = [sys.executable, "-c", "print('error: this model is strange'); raise SystemExit(1)"]
    with mock.patch.object(verify, "child_command", return_value=command):
        outcome = run(folder, "--out", out / "x.gguf", engine=True)
    assert outcome.status == S.VERIFICATION_FAILED
    assert "this model is strange" in outcome.err
    assert left_in(out) == []


def test_that_an_engine_that_dies_is_a_failed_check(folder: Path, out: Path) -> None:
    command = [sys.executable, "-c", "import os; os.abort()"]
    with mock.patch.object(verify, "child_command", return_value=command):
        assert run(folder, "--out", out / "x.gguf", engine=True).status == S.VERIFICATION_FAILED
    assert left_in(out) == []


def test_that_a_header_that_reads_back_differently_is_noticed(folder: Path, out: Path) -> None:
    write = PartFile.write

    def slip(self: PartFile, data: Any, offset: int) -> None:
        write(self, b"\0" + bytes(data)[1:] if offset == 0 else data, offset)

    with mock.patch.object(PartFile, "write", slip):
        outcome = run(folder, "--out", out / "x.gguf")
    assert outcome.status == S.VERIFICATION_FAILED
    assert left_in(out) == []


@pytest.mark.parametrize("kind", ["IQ2_XXS", "Q2_K_S", "IQ1_M", "Q9_Z", ""])
def test_that_types_that_cannot_be_made_are_refused(kind: str, folder: Path, out: Path) -> None:
    assert run(folder, "--out", out / "x.gguf", "--type", kind).status == S.UNSUPPORTED_TYPE
    assert left_in(out) == []


def test_that_outputs_that_cannot_be_written_are_refused(folder: Path, out: Path) -> None:
    assert run(folder, "--out", out / "nowhere" / "x.gguf").status == S.CANNOT_WRITE
    assert run(folder.parent / "absent").status == S.NOT_A_CHECKPOINT
    assert run(folder / "config.json").status == S.NOT_A_CHECKPOINT


@pytest.mark.parametrize("card", [
    "---\nlicense: [\n---\n", "---\n- a\n- b\n---\n", "---\ntags: 5\nlicense: 3.1\nlanguage: [no, 1, null]\n---\n",
    "---\nbase_model: {a: b}\ndatasets: [{x: 1}, 7]\nname: 12\n---\n", b"\xff\xfe broken", "---\n", "",
    "---\nbase_model: 2020-01-01\nname: {x: y}\nmodel_name: [1]\n---\n",
])  # fmt: skip
def test_that_no_model_card_stops_a_conversion(card: str | bytes, folder: Path, out: Path) -> None:
    put(folder / "README.md", card)
    outcome = run(folder, "--out", out / "x.gguf")
    assert outcome.status == 0, outcome.err
    digest(out / "x.gguf")


def test_that_help_is_quick_to_import() -> None:
    heavy = ("numpy", "gguf", "rich", "llama_cpp", "huggingface_hub", "tokenizers", "sentencepiece", "psutil")
    code = f"import sys, converter.__main__ as m; m.parser(); print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("nowhere", "--json"), ExitStatus.NOT_A_CHECKPOINT, "not_a_checkpoint"),
        (("{folder}", "--type", "IQ1_S", "--json"), ExitStatus.UNSUPPORTED_TYPE, "unsupported_type"),
        (("owner/name", "--plan", "--json"), ExitStatus.NETWORK_OFF, "network_off"),
        (("{folder}", "--threads", "0", "--json"), ExitStatus.USAGE, "usage"),
        (("--frobnicate", "--json"), ExitStatus.USAGE, "usage"),
    ],
)
def test_that_with_json_an_error_is_one_object_on_standard_output(
    folder: Path, words: tuple[str, ...], status: ExitStatus, code: str
) -> None:
    command = [sys.executable, "-m", "converter", *(word.format(folder=folder) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert json.loads(done.stdout)["error"]["code"] == code
    assert json.loads(done.stdout)["error"]["message"]
    assert done.stderr.strip()


def test_that_with_json_the_result_is_one_object(folder: Path, out: Path) -> None:
    outcome = run(folder, "--out", out, "--type", "q8_0", "--json", engine=True)
    told = json.loads(outcome.out)
    assert Path(told["path"]).stat().st_size == told["bytes"]


def test_that_the_help_names_every_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    from converter.__main__ import parser

    text = " ".join(parser().format_help().split())
    assert all(f"{status.value} {status.name.lower()}" in text for status in ExitStatus if status)


@pytest.mark.parametrize("before", [True, False], ids=["before", "behind"])
@pytest.mark.parametrize("network", [[], ["--no-network"]], ids=["asked", "said"])
def test_that_the_data_folder_may_stand_anywhere(tmp_path: Path, *, before: bool, network: list[str]) -> None:
    place = ["--data-dir", str(tmp_path / "data")]
    words = ["convert", str(tmp_path / "nothing"), *network]
    command = [sys.executable, "-m", "desktop", *(place + words if before else words + place)]
    outcome = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[2])
    assert outcome.returncode == ExitStatus.NOT_A_CHECKPOINT, outcome.stderr
    assert "neither a folder" in outcome.stderr
