"""Runs llama.cpp's own converter over many checkpoints in one process. For the reference environment only.

    python reference_worker.py LLAMA_CPP_FOLDER < jobs.json

`jobs` is a list of {"folder", "outputs": {"F16": path, ...}, "pre", "eager"}; `eager` is its option --no-lazy. The converter is used as it is, but for one thing: a
vocabulary of a few hundred tokens has no published fingerprint, so `pre` stands in for its recognition of the pre-tokenizer
unless it is null.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Any


def main() -> int:
    jobs: list[dict[str, Any]] = json.load(sys.stdin)
    sys.path.insert(0, sys.argv[1])
    import torch
    from conversion import get_model_class
    from conversion.base import ModelBase, ModelType, TextModel, get_model_architecture, gguf

    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    types = {
        "F32": gguf.LlamaFileType.ALL_F32,
        "F16": gguf.LlamaFileType.MOSTLY_F16,
        "BF16": gguf.LlamaFileType.MOSTLY_BF16,
        "Q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
    }
    recognise = TextModel.get_vocab_base_pre
    failed = 0
    for job in jobs:
        folder = Path(job["folder"])
        TextModel.get_vocab_base_pre = (lambda *_, pre=job["pre"]: pre) if job["pre"] else recognise
        try:
            with torch.inference_mode():
                for kind, output in job["outputs"].items():
                    architecture = get_model_architecture(ModelBase.load_hparams(folder, False), ModelType.TEXT)
                    get_model_class(architecture)(folder, types[kind], Path(output), eager=job["eager"]).write()
        except BaseException:
            failed += 1
            print(f"{folder.name}: failed\n{traceback.format_exc()}", flush=True)
    return min(failed, 100)


if __name__ == "__main__":
    sys.exit(main())
