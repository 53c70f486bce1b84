"""Samar's converter against llama.cpp's converter followed by llama-quantize: time, processor time, peak memory, disk.

    python benchmarks/converter.py --peers "$(bash peers.sh where)" [--rounds 3] [--layers 16] [--work DIR] [--out FILE]

Makes a checkpoint of 1.2 billion BF16 parameters in Llama 3.2 1B's shape (random weights, a SentencePiece tokenizer trained
on the spot), converts it in turn with both, and checks that the files are the same. ``--peers`` is a folder with the
reference's ``venv/``, ``build/bin/llama-quantize`` and ``src/``. Everything runs interleaved, so that a busy computer is
busy for both. Without ``--peers`` only Samar is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
HIDDEN, FEED_FORWARD, HEADS, HEADS_KV, VOCAB = 2048, 8192, 32, 8, 128256


@dataclass
class Run:
    """What one command took: wall and processor seconds, largest resident set of it or a child in bytes."""

    seconds: float
    processor: float
    memory: int


def measured(command: list[str], **environment: str) -> Run:
    """Run a command to its end. Raises CalledProcessError with its output on failure."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, **environment}
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            raise subprocess.CalledProcessError(child.returncode, command, output.read().decode(errors="replace"))
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def tensors(layers: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and shapes of the checkpoint."""
    yield "model.embed_tokens.weight", (VOCAB, HIDDEN)
    kv = HIDDEN // HEADS * HEADS_KV
    for layer in range(layers):
        stem = f"model.layers.{layer}."
        yield stem + "input_layernorm.weight", (HIDDEN,)
        yield stem + "mlp.down_proj.weight", (HIDDEN, FEED_FORWARD)
        yield stem + "mlp.gate_proj.weight", (FEED_FORWARD, HIDDEN)
        yield stem + "mlp.up_proj.weight", (FEED_FORWARD, HIDDEN)
        yield stem + "post_attention_layernorm.weight", (HIDDEN,)
        yield stem + "self_attn.k_proj.weight", (kv, HIDDEN)
        yield stem + "self_attn.o_proj.weight", (HIDDEN, HIDDEN)
        yield stem + "self_attn.q_proj.weight", (HIDDEN, HIDDEN)
        yield stem + "self_attn.v_proj.weight", (kv, HIDDEN)
    yield "model.norm.weight", (HIDDEN,)


def make_checkpoint(folder: Path, layers: int) -> int:
    """Write the checkpoint; returns its parameters."""
    import sentencepiece

    folder.mkdir(parents=True)
    header: dict[str, dict[str, object]] = {}
    position = count = 0
    for name, shape in tensors(layers):
        size = int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [position, position + 2 * size]}
        position += 2 * size
        count += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    numbers = np.random.default_rng(1)
    with (folder / "model.safetensors").open("wb") as handle:
        handle.write(len(text).to_bytes(8, "little") + text)
        for _, shape in tensors(layers):
            left = int(np.prod(shape))
            while left:
                part = numbers.standard_normal(min(left, 1 << 22), dtype=np.float32) * np.float32(0.02)
                handle.write((part.view(np.uint32) >> 16).astype(np.uint16).tobytes())
                left -= part.size
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN, "head_dim": HIDDEN // HEADS,
        "intermediate_size": FEED_FORWARD, "num_attention_heads": HEADS, "num_key_value_heads": HEADS_KV,
        "num_hidden_layers": layers, "vocab_size": VOCAB, "max_position_embeddings": 131072, "rms_norm_eps": 1e-5,
        "rope_theta": 500000.0, "tie_word_embeddings": True, "torch_dtype": "bfloat16", "bos_token_id": 1,
        "eos_token_id": 2, "hidden_act": "silu",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    chooser = random.Random(1)
    words = ["".join(chooser.choices("abcdefghijklmnopqrstuvwxyz", k=chooser.randint(2, 9))) for _ in range(3000)]
    lines = (" ".join(chooser.choices(words, k=12)) for _ in range(3000))
    with (folder / "tokenizer.model").open("wb") as handle:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(list(lines)), model_writer=handle, vocab_size=2000, model_type="bpe",
            byte_fallback=True, minloglevel=2,
        )  # fmt: skip
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "LlamaTokenizer"}')
    return count


def same(left: Path, right: Path) -> bool:
    """Whether two GGUF files hold the same tensors, by name, type and bytes."""
    from gguf import GGUFReader

    ours, theirs = ({t.name: t for t in GGUFReader(path).tensors} for path in (left, right))
    return ours.keys() == theirs.keys() and all(
        ours[name].tensor_type == theirs[name].tensor_type and np.array_equal(ours[name].data, theirs[name].data)
        for name in ours
    )


def samar(checkpoint: Path, kind: str, out: Path) -> Run:
    return measured([sys.executable, "-m", "converter", str(checkpoint), "--type", kind, "--out", str(out), "--force"])


def reference(peers: Path, checkpoint: Path, out: Path) -> Run:
    script = peers / "src/vendor/llama.cpp/convert_hf_to_gguf.py"
    python = peers / "venv/bin/python"
    return measured([str(python), str(script), str(checkpoint), "--outtype", "bf16", "--outfile", str(out)])


def llama_quantize(peers: Path, source: Path, kind: str, out: Path) -> Run:
    return measured([str(peers / "build/bin/llama-quantize"), str(source), str(out), kind])


def row(label: str, runs: list[Run], disk: int) -> str:
    """One line of the table: medians."""
    seconds = statistics.median(run.seconds for run in runs)
    processor = statistics.median(run.processor for run in runs)
    memory = max(run.memory for run in runs)
    return f"| {label} | {seconds:.1f} | {processor:.1f} | {memory / 1e9:.2f} | {disk / 1e9:.2f} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--layers", type=int, default=16)
    parser.add_argument("--type", default="Q4_K_M")
    parser.add_argument("--work", type=Path, help="folder for the checkpoint and the results (about 9 GB)")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "converter.md")
    arguments = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="samar-bench-", dir=arguments.work))
    try:
        lines = bench(work, arguments)
    finally:
        shutil.rmtree(work)
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return 0


def bench(work: Path, arguments: argparse.Namespace) -> list[str]:
    """The table's lines."""
    checkpoint, kind, peers = work / "Bench-1B", arguments.type, arguments.peers
    parameters = make_checkpoint(checkpoint, arguments.layers)
    ours, plain = work / f"ours-{kind}.gguf", work / "ours-bf16.gguf"
    middle, theirs = work / "reference-bf16.gguf", work / f"reference-{kind}.gguf"
    quick: list[Run] = []
    copies: list[Run] = []
    pairs: list[Run] = []
    converters: list[Run] = []
    quantizers: list[Run] = []
    for _ in range(arguments.rounds):
        quick.append(samar(checkpoint, kind, ours))
        if peers:
            converters.append(reference(peers, checkpoint, middle))
            quantizers.append(llama_quantize(peers, middle, kind, theirs))
            both = (converters[-1], quantizers[-1])
            pairs.append(Run(sum(r.seconds for r in both), sum(r.processor for r in both), max(r.memory for r in both)))
        copies.append(samar(checkpoint, "BF16", plain))
    lines = [
        "# Converting a checkpoint",
        "",
        f"{parameters / 1e9:.2f} billion BF16 parameters in Llama 3.2 1B's shape, {arguments.rounds} rounds interleaved,"
        f" medians (memory: the largest). {os.cpu_count()} cores, {platform.machine()}, {platform.system()},"
        f" Python {platform.python_version()}. Samar's figures include opening the result with the engine and generating"
        " three tokens. Made by `benchmarks/converter.py`.",
        "",
        "| | seconds | processor seconds | peak memory, GB | temporary disk, GB |",
        "|---|---:|---:|---:|---:|",
        row(f"Samar, BF16 checkpoint → {kind}", quick, 0),
    ]
    if peers:
        lines += [
            row(f"reference: converter, then llama-quantize {kind}", pairs, middle.stat().st_size),
            row("— its converter (BF16 → BF16)", converters, 0),
            row(f"— its llama-quantize ({kind})", quantizers, 0),
        ]
    lines.append(row("Samar, BF16 → BF16", copies, 0))
    if peers:
        equal = "the same bytes" if same(ours, theirs) and same(plain, middle) else "DIFFERENT BYTES"
        ratio = statistics.median(a.seconds / b.seconds for a, b in zip(quick, pairs, strict=True))
        copied = statistics.median(a.seconds / b.seconds for a, b in zip(copies, converters, strict=True))
        memory = max(r.memory for r in quick) / max(r.memory for r in pairs)
        lines += [
            "",
            f"Of the reference's time: {ratio:.2f} ({kind}), {copied:.2f} (BF16); of its memory: {memory:.2f} ({kind})."
            f" Tensors of both: {equal}.",
        ]
    return lines


if __name__ == "__main__":
    sys.exit(main())
