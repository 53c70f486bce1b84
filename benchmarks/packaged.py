"""The installed program against the checkout that it was made from: start and speed, in turns.

    python -m benchmarks.packaged PROGRAM [--rounds 9] [--model FILE.gguf] [--native PYTHON]

PROGRAM: the frozen `samar`. Start: from the process to a visible window that takes input (found from outside by xdotool on a
virtual screen, the same way for both), with a history of its own. Speed: tokens per second that `samar ask --json` reports;
the checkout's engine was compiled for this machine (GGML_NATIVE), the installed one chooses among variants. --native: the
interpreter of the checkout's environment (default: the one that runs this). Medians and spread of the ratios of pairs.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "Tell me about the night, the moon and the talk of friends, as long as you can."
PATIENCE_S = 60.0


def started(command: Sequence[str], data: str) -> float:
    """Seconds until the window is there and has the keyboard's focus."""
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--data-dir", data], cwd=ROOT, start_new_session=True)
    try:
        while time.perf_counter() - began < PATIENCE_S:
            found = subprocess.run(
                ["xdotool", "search", "--onlyvisible", "--pid", str(process.pid)],
                capture_output=True,
                text=True,
                check=False,
            ).stdout.split()
            if found:
                asked = ["xdotool", "windowfocus", "--sync", found[-1], "key", "--window", found[-1], "shift"]
                subprocess.run(asked, capture_output=True, check=False)
                return time.perf_counter() - began
        raise SystemExit(f"no window of {command[0]}")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def speed(command: Sequence[str], data: str, model: str) -> float:
    """Tokens per second of one reply, as the program reports it."""
    words = [*command, "--data-dir", data, "ask", QUESTION, "--json", "--temperature", "0", "--max-tokens", "256"]
    done = subprocess.run(
        [*words, *(["--model", model] if model else [])], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout)["tokens_per_s"])


def compare(
    name: str, rounds: int, ours: Callable[[], float], theirs: Callable[[], float], unit: str, aim: str
) -> None:
    ours(), theirs()  # the file cache is warm in both
    pairs = [(ours(), theirs()) if turn % 2 else tuple(reversed((theirs(), ours()))) for turn in range(rounds)]
    installed, checkout = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(a / b for a, b in pairs)
    print(f"{name}: installed {installed:.2f} {unit}, checkout {checkout:.2f} {unit}")
    print(f"  ratio {statistics.median(ratios):.3f} ({ratios[0]:.3f} … {ratios[-1]:.3f}); aim {aim}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--model", default="")
    parser.add_argument("--native", default=sys.executable)
    parser.add_argument("--only", choices=["start", "speed"])
    arguments = parser.parse_args()
    installed, checkout = [arguments.program], [arguments.native, "-m", "desktop"]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        if arguments.only != "speed":
            compare(
                "start",
                arguments.rounds,
                lambda: started(installed, one),
                lambda: started(checkout, other),
                "s",
                "1.3 at most",
            )
        if arguments.only != "start":
            compare(
                "speed",
                arguments.rounds,
                lambda: speed(installed, one, arguments.model),
                lambda: speed(checkout, other, arguments.model),
                "tokens/s",
                "0.97 at least",
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
