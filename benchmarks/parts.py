"""Small parts that must be quick: reading a header, rendering a chat template.

    python -m benchmarks.parts

Milliseconds, the best and the median of many; aims: 50 ms for a header with 150,000 tokens, 2 ms for a rendering.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from desktop.engine.template import TemplateProcess
from desktop.models import gguf

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def show(name: str, action: Callable[[], object], rounds: int) -> None:
    action()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - began))
    print(f"{name:<34} best {min(times):7.2f} ms   median {statistics.median(times):7.2f} ms")


def large_header(folder: Path) -> Path:
    import gguf as writer

    path = folder / "large.gguf"
    words = [f"word{number}" for number in range(150_000)]
    made = writer.GGUFWriter(path, "llama")
    made.add_token_list(words)
    made.add_token_merges(words)
    made.add_token_types([1] * len(words))
    made.write_header_to_file()
    made.write_kv_data_to_file()
    made.close()
    return path


def main() -> int:
    messages = [{"role": "user" if i % 2 == 0 else "assistant", "content": f"turn {i} " * 20} for i in range(40)]
    with tempfile.TemporaryDirectory() as place:
        path = large_header(Path(place))
        show("header of 150,000 tokens", lambda: gguf.read_header(path), 15)
    process = TemplateProcess()
    try:
        show("template, 40 messages", lambda: process.render(CHATML, messages, {"add_generation_prompt": True}), 200)
    finally:
        process.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
