"""The golden data of the converter's tests, and the comparison with the live reference (`make reference`).

    python -m tests.converter.reference --peers DIR [--write] [CASE ...]

DIR holds llama.cpp's source of the pinned llama-cpp-python, an environment for its converter and its built programs (src/,
venv/ and build/bin/). Every case is written, converted by the reference and by Samar to F32, F16, BF16 and Q8_0, and
compared: all metadata, all tensors. The quantized types of a case are llama-quantize's, made from the reference's F32
file, which loses nothing. --write stores the reference's results as tests/converter/golden/CASE.json instead.
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

from tests.converter.conversion import TYPES, convert_to
from tests.converter.gguf_digest import digest
from tests.converter.synthetic.cases import BY_NAME, CASES
from tests.converter.synthetic.checkpoints import Case, put, write_checkpoint

GOLDEN = Path(__file__).parent / "golden"
COMMAND = "python -m tests.converter.reference --peers DIR --write"
REFERENCE = "convert_hf_to_gguf.py and llama-quantize of llama-cpp-python 0.3.36, transformers 4.57.6, torch 2.13.0"


def types_of(case: Case) -> tuple[str, ...]:
    """All types to which a case is converted."""
    return (*TYPES, *case.quantized)


def convert_by_reference(cases: Sequence[Case], work: Path, peers: Path) -> None:
    """Write each case under `work`/CASE and its files beside it as CASE.TYPE.gguf, and the quantized ones."""
    jobs = []
    for case in cases:
        folder = write_checkpoint(case, work / case.name)
        if case.reference:
            config = {**json.loads((folder / "config.json").read_text()), **case.reference}
            put(folder / "config.json", config)
        outputs = {kind: str(work / f"{case.name}.{kind}.gguf") for kind in TYPES}
        pre = None if case.published == "default" else case.published
        jobs.append({"folder": str(folder), "outputs": outputs, "pre": pre, "eager": case.eager})
    worker = Path(__file__).with_name("reference_worker.py")
    subprocess.run(
        [peers / "venv/bin/python", "-W", "ignore", worker, peers / "src/vendor/llama.cpp"],
        input=json.dumps(jobs),
        text=True,
        check=True,
        stderr=subprocess.DEVNULL,
    )
    for case in cases:
        source = work / f"{case.name}.F32.gguf"
        for kind in case.quantized:
            target = work / f"{case.name}.{kind}.gguf"
            program = peers / "build/bin/llama-quantize"
            subprocess.run([program, source, target, kind, "1"], check=True, capture_output=True)


def reference_record(case: Case, work: Path) -> dict[str, Any]:
    """What is stored of the reference's files: common metadata once, what differs by type apart."""
    read = {kind: digest(work / f"{case.name}.{kind}.gguf") for kind in types_of(case)}
    common = {key: value for key, value in read["F32"][0].items() if key != "general.file_type"}
    for kind, (metadata, _) in read.items():
        if {key: value for key, value in metadata.items() if key != "general.file_type"} != common:
            raise ValueError(f"{case.name}: the metadata of {kind} differs in more than the file type")
    return {
        "reference": REFERENCE,
        "command": COMMAND,
        "metadata": dict(sorted(common.items())),
        "files": {
            kind: {"file_type": metadata["general.file_type"], "tensors": dict(sorted(tensors.items()))}
            for kind, (metadata, tensors) in read.items()
        },
    }


def differences(case: Case, record: dict[str, Any], kind: str, path: Path) -> list[str]:
    """One line for everything in which a file of Samar's is unlike the reference's, but for the pre-tokenizer's name.

    The reference was told the name of the published tokenizer; Samar found its own by the split pattern.
    """
    metadata, tensors = digest(path)
    expected = {**record["metadata"], "general.file_type": record["files"][kind]["file_type"]}
    if case.published != "default":
        expected["tokenizer.ggml.pre"] = ["STRING", case.pre]
    found = []
    for what, ours, theirs in (
        ("metadata", metadata, expected),
        ("tensor", tensors, record["files"][kind]["tensors"]),
    ):
        for key in sorted({*ours, *theirs}):
            if ours.get(key) != theirs.get(key) and key not in case.own:
                found.append(f"{case.name} {kind} {what} {key}: {ours.get(key)!r:.160} / {theirs.get(key)!r:.160}")
    return found


def stored_record(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / f"{case.name}.json").read_text(encoding="utf-8"))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True, help="folder of the reference programs")
    parser.add_argument("--write", action="store_true", help="store the reference's results")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    options = parser.parse_args(arguments)
    chosen = [BY_NAME[name] for name in options.cases] or list(CASES)
    bad = 0
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        convert_by_reference(chosen, work, options.peers)
        for case in chosen:
            record = reference_record(case, work)
            if options.write:
                text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
                (GOLDEN / f"{case.name}.json").write_text(text, encoding="utf-8")
            own = write_checkpoint(case, work / "own" / case.name)
            for kind in types_of(case):
                target = work / f"{case.name}.{kind}.own.gguf"
                convert_to(own, kind, target)
                lines = differences(case, record, kind, target)
                bad += len(lines)
                print("\n".join(lines) or f"{case.name} {kind}: {len(record['files'][kind]['tensors'])} tensors equal")
    print(f"{len(chosen)} cases, {bad} differences")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
