"""The golden data of quantized checkpoints and of adapters, and the comparison with the live reference.

    python -m tests.converter.reference_special --peers DIR [--write]

As `tests.converter.reference`, for tests/converter/golden_special.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.converter.gguf_digest import digest
from tests.converter.small import run
from tests.converter.synthetic.special import ADAPTERS, QUANTIZED, write_adapter, write_quantized

GOLDEN = Path(__file__).parent / "golden_special"
COMMAND = "python -m tests.converter.reference_special --peers DIR --write"
TYPES = {"quantized": ("F32", "BF16", "Q8_0"), "adapter": ("F32", "F16", "Q8_0")}


def _quantized(peers: Path, work: Path, name: str) -> dict[str, Path]:
    folder = write_quantized(name, work)
    outputs = {kind: str(work / f"{kind}.gguf") for kind in TYPES["quantized"]}
    worker = Path(__file__).with_name("reference_worker.py")
    command = [peers / "venv/bin/python", "-W", "ignore", worker, peers / "src/vendor/llama.cpp"]
    job = {"folder": str(folder), "outputs": outputs, "pre": None, "eager": name == "bitnet"}  # its lazy way fails
    done = subprocess.run(command, input=json.dumps([job]), text=True, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stdout}{done.stderr}")
    return {kind: Path(path) for kind, path in outputs.items()}


def _adapter(peers: Path, work: Path, name: str) -> dict[str, Path]:
    folder, base = write_adapter(name, work)
    script = peers / "src/vendor/llama.cpp/convert_lora_to_gguf.py"
    found = {}
    for kind in TYPES["adapter"]:
        found[kind] = work / f"{kind}.gguf"
        command = [peers / "venv/bin/python", script, folder, "--base", base, "--outtype", kind.lower(), "--outfile"]
        done = subprocess.run([*command, found[kind]], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{name}: {done.stderr}")
    return found


def read(files: dict[str, Path]) -> dict[str, Any]:
    """Type → metadata and tensors."""
    return {kind: dict(zip(("metadata", "tensors"), digest(path), strict=True)) for kind, path in files.items()}


def ours(name: str, work: Path) -> dict[str, Any]:
    """What Samar makes of the same case."""
    arguments: list[object] = []
    if name in ADAPTERS:
        folder, base = write_adapter(name, work)
        kinds = TYPES["adapter"]
        arguments = ["--base", base]
    else:
        folder, kinds = write_quantized(name, work), TYPES["quantized"]
    files = {}
    for kind in kinds:
        files[kind] = work / f"ours-{kind}.gguf"
        outcome = run(folder, "--type", kind, "--out", files[kind], *arguments)
        assert outcome.status == 0, outcome.err
    return read(files)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True, help="folder of the reference programs")
    parser.add_argument("--write", action="store_true", help="store the reference's results")
    options = parser.parse_args(arguments)
    bad = 0
    for name in (*QUANTIZED, *ADAPTERS):
        with tempfile.TemporaryDirectory() as temporary:
            theirs, own = Path(temporary) / "reference", Path(temporary) / "own"
            theirs.mkdir()
            own.mkdir()
            make = _adapter if name in ADAPTERS else _quantized
            found = read(make(options.peers, theirs, name))
            if options.write:
                text = json.dumps({"command": COMMAND, "files": found}, ensure_ascii=False, indent=1, sort_keys=True)
                (GOLDEN / f"{name}.json").write_text(text + "\n", encoding="utf-8")
            equal = ours(name, own) == found
            bad += not equal
            print(f"{name}: {'equal' if equal else 'DIFFERENT'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
