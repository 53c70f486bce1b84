"""Predictions about models against measurement, and a fuzzer of the header reader.

python -m benchmarks.models [--write]      memory and speed, predicted and measured; --write: into models.md
python -m benchmarks.models --only WORD…   the shapes whose names have one of the words
python -m benchmarks.models --speeds       speeds alone, after a short prompt: less than a minute on an idle computer
python -m benchmarks.models fuzz [COUNT]   mutated headers: nothing may crash, hang, swell or point outside its file
"""

from __future__ import annotations

import random
import resource
import struct
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.damage import damaged
from desktop.core.errors import SamarError
from desktop.core.memory import memory
from desktop.core.paths import starter_model
from desktop.models import bandwidth, gguf
from desktop.models.dimensions import dimensions_of
from desktop.models.fit import EFFICIENCY, bytes_read, speed
from desktop.models.summary import summary_of
from tests.fakes.measured_load import measure
from tests.fakes.shaped_gguf import Q4_K, Q8_0, Shape, write_shaped
from tests.fakes.tiny_gguf import write_tiny

MB = 1_000_000
SHAPES = {
    "bundled model": None,
    "llama, 0.5B, Q8_0": Shape("llama", 1024, 24, 16, 4, 64, 4096, 32_000, 32_768, Q8_0),
    "llama, 1B, Q4_K": Shape("llama", 2048, 16, 32, 8, 64, 8192, 32_000, 131_072, Q4_K),
    "llama, 1B, Q4_K, tied, 128k vocabulary": Shape(
        "llama", 2048, 16, 32, 8, 64, 8192, 128_256, 131_072, Q4_K, tied=True
    ),
    "qwen3moe, 1.5B of which 0.4B, Q4_K": Shape(
        "qwen3moe", 1024, 16, 16, 4, 64, 2048, 32_000, 32_768, Q4_K, experts=32, experts_used=4, expert_feed=768
    ),
    "gemma3, 0.5B, Q8_0, windows": Shape(
        "gemma3", 1152, 18, 4, 1, 256, 6912, 65_536, 32_768, Q8_0, window=512, tied=True
    ),
    "phi3, 0.5B, Q8_0, no grouped heads": Shape("phi3", 1536, 16, 16, 16, 96, 4096, 32_064, 4096, Q8_0),
    "mamba2, 0.4B, Q8_0, no cache": Shape(
        "mamba2", 1024, 36, 8, 8, 64, 0, 32_000, 32_768, Q8_0, inner=2048, state=128, ranks=32, groups=1
    ),
    "falcon-h1, 0.5B, Q8_0, hybrid": Shape(
        "falcon-h1", 1024, 24, 8, 2, 64, 2048, 32_768, 16_384, Q8_0, inner=1536, state=128, ranks=24, groups=1
    ),
}
ALLOWED = {"model_damaged", "model_foreign", "model_not_gguf", "model_missing", "model_unreadable"}
FUZZ_SECONDS, FUZZ_BYTES = 2.0, 48 * 1024 * 1024


def table(only: list[str]) -> list[str]:
    """Lines of a Markdown table. only: words of which a shape's name must have one; none: all shapes. A shape is loaded by the engine's own code, in a process of its own."""
    width, others = bandwidth.measured()
    lines = [
        f"Memory bandwidth: {width / 1e9:.1f} GB/s; other programs had {others:.0%} of the processors meanwhile. "
        f"Speeds are predicted at {EFFICIENCY:.0%} of it.",
        "",
        "| model | context | KV | predicted MB | measured MB | off by | predicted tokens/s | measured tokens/s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, made in SHAPES.items():
            if only and not any(word in name for word in only):
                continue
            path = write_shaped(Path(folder) / "model.gguf", made) if made else starter_model()
            shape = dimensions_of([gguf.read_header(path)])
            for context, kv_type in ((2048, "f16"), (8192, "q8_0")):
                context = min(context, shape.context_trained)
                needed = memory(shape, context, kv_type=kv_type).total
                found = measure(path, context, kv_type)
                expected = speed(shape, width, context=min(512, context), kv_type=kv_type)
                off = needed / found["resident"] - 1
                lines.append(
                    f"| {name} | {context:,} | {kv_type} | {needed / MB:,.0f} | {found['resident'] / MB:,.0f} | {off:+.1%} "
                    f"({(needed - found['resident']) / MB:+,.0f} MB) | {expected:.1f} | {found['tokens_per_s']:.1f} |"
                )
                print(lines[-1], flush=True)
    return lines


def speeds() -> Iterator[str]:
    """Lines of a Markdown table: tokens/s in a short chat, the best of sixteen."""
    width, others = bandwidth.measured()
    yield f"Memory bandwidth: {width / 1e9:.1f} GB/s; other programs had {others:.0%} of the processors meanwhile."
    yield ""
    yield "| model | MB read for each token | predicted tokens/s | seen | share of the bandwidth |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        for name, made in SHAPES.items():
            path = write_shaped(Path(folder) / "model.gguf", made) if made else starter_model()
            shape = dimensions_of([gguf.read_header(path)])
            seen = measure(path, min(2048, shape.context_trained), prompt=32)["tokens_per_s"]
            read = bytes_read(shape, 32)
            expected = speed(shape, width, context=32)
            yield f"| {name} | {read / MB:,.0f} | {expected:,.1f} | {seen:,.1f} | {seen * read / width:.0%} |"


# ---- fuzzing


def corpus(folder: Path) -> list[bytes]:
    """Headers of many kinds, each with a little of its data."""
    made = [write_tiny(folder / "tiny.gguf"), write_tiny(folder / "bare.gguf", template=None)]
    families = ("llama", "qwen3moe", "gemma3", "phi3", "mamba2", "lfm2", "falcon-h1")
    for family in families:
        extra = {"experts": 4, "experts_used": 2, "expert_feed": 64} if family == "qwen3moe" else {}
        if family in ("mamba2", "falcon-h1"):
            extra = {"inner": 64, "state": 16, "ranks": 4, "groups": 1}
        shape = Shape(family, width=64, layers=3, heads=2, kv_heads=1, head=32, feed=64, vocabulary=64, **extra)
        made.append(write_shaped(folder / f"{family}.gguf", shape))
    return [path.read_bytes() for path in made]


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One to six changes: bits, numbers at their limits, pieces cut, doubled, moved, or taken from elsewhere."""
    out = bytearray(data)
    head = min(len(out), 16_384)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(max(1, min(head, len(out))))
        kind = dice.randrange(7)
        if kind == 0 and out:
            out[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            limit = dice.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1, len(data), 10**6))
            out[at : at + 8] = struct.pack("<Q", limit)
        elif kind == 2:
            out[at : at + 4] = struct.pack("<I", dice.choice((0, 1, 4, 8, 9, 12, 13, 255, 2**31, 2**32 - 1)))
        elif kind == 3:
            del out[at : at + dice.randint(1, 64)]
        elif kind == 4:
            out[at:at] = out[at : at + dice.randint(1, 64)]
        elif kind == 5:
            out[at:at] = dice.randbytes(dice.randint(1, 64))
        else:
            del out[dice.randrange(len(out) + 1) :]
    return bytes(out)


def outcomes(count: int, seed: int = 0) -> Iterator[str]:
    """What the reader said to each of `count` mutated files. Raises AssertionError when it broke its word."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = corpus(folder)
        path = folder / "fuzzed.gguf"
        for number in range(count):
            harm = mutated if number % 2 else damaged  # anywhere, and where it hurts
            data = harm(dice.choice(seeds), dice)
            path.write_bytes(data)
            yield judged(path, len(data), number)


def judged(path: Path, size: int, number: int) -> str:
    watched = number % 10 == 0  # watching every allocation is slow
    if watched:
        tracemalloc.start()
    started = time.perf_counter()
    try:
        header = gguf.read_header(path)
    except SamarError as problem:
        if problem.code not in ALLOWED:
            raise AssertionError(f"file {number}: {problem.code}") from problem
        said = problem.code
    else:
        for tensor in header.tensors:
            assert 0 <= tensor.offset <= tensor.offset + tensor.size <= size, f"file {number}: {tensor.name} is outside"
        said = "read"
    took, peak = time.perf_counter() - started, 0
    if watched:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert took < FUZZ_SECONDS, f"file {number} took {took:.1f} s"
    assert peak < FUZZ_BYTES, f"file {number} took {peak / MB:.0f} MB"
    if said == "read":
        shape = dimensions_of([header])
        assert memory(shape, 4096).total >= 0
        try:
            summary_of(path)
        except SamarError:
            said = "read, and refused later"
    return said


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["fuzz"]:
        count = int(arguments[1]) if len(arguments) > 1 else 10_000
        started = time.perf_counter()
        said = Counter(outcomes(count))
        took = time.perf_counter() - started
        print(f"{count} mutated headers in {took:.0f} s: {dict(said)}")
        print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        return 0
    if "--speeds" in arguments:
        for line in speeds():
            print(line, flush=True)
        return 0
    only = arguments[arguments.index("--only") + 1 :] if "--only" in arguments else []
    lines = table(only)
    print(lines[0])
    if "--write" in arguments:
        text = "\n".join(
            [
                "# Models: predictions against measurement",
                "",
                "`make bench-models`. A shape is written with empty weights and loaded by the engine's own code without mapping the",
                "file; measured is what the process grew by, and the best of eight tokens.",
                "",
                *lines,
                "",
            ]
        )
        (Path(__file__).parent / "models.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
