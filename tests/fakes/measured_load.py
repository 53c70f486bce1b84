"""What loading a model really takes, measured in a process of its own: `python -m tests.fakes.measured_load FILE CONTEXT KV_TYPE MAP FLASH PROMPT`.

The file is not mapped, so that all that is needed is memory of the process and nothing else is counted: with a map, weights
that the CPU backend has laid out anew stay in it a second time until the system wants their pages back.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


def measure(
    path: Path, context: int, kv_type: str = "f16", *, map_file: bool = False, flash: str = "auto", prompt: int = 512
) -> dict[str, float]:
    """resident: bytes that loading and one prompt added, without flash attention a prompt that fills the context; tokens_per_s: of the best of a few tokens."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fakes.measured_load",
            str(path),
            str(context),
            kv_type,
            str(int(map_file)),
            flash,
            str(prompt),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        raise AssertionError(done.stderr[-2000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(path: str, context: str, kv_type: str, map_file: str, flash: str, prompt: str) -> None:
    from desktop.core.machine import usable_cores
    from desktop.engine.context import Context
    from desktop.engine.llama import Library, Model, StopFlag

    library = Library()
    process = psutil.Process()
    before = process.memory_info().rss
    model = Model(library, path, gpu_layers=0, memory_map=map_file == "1")
    made = Context(
        model,
        size=int(context),
        batch=min(512, int(context)),
        threads=usable_cores(),
        flag=StopFlag(),
        kv_type=kv_type,
        flash_attention=flash,
    )
    room = int(context) - 16
    batches = (
        max(1, int(context) // 512) if flash == "off" else 1
    )  # the pages of scores are touched as the context fills
    for _ in range(batches):
        assert made.decode([(i * 37 + 5) % model.size for i in range(min(int(prompt), room // batches))])
    best = float("inf")
    for token in range(16):
        started = time.perf_counter()
        assert made.decode([token + 1])
        best = min(best, time.perf_counter() - started)
    print(json.dumps({"resident": process.memory_info().rss - before, "tokens_per_s": 1 / best}))


if __name__ == "__main__":
    main(*sys.argv[1:])
