"""A small Llama checkpoint to try things on, and the command run in this process."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt

from converter import __main__ as command
from converter import verify
from tests.converter.synthetic import shapes
from tests.converter.synthetic.cases import llama, of
from tests.converter.synthetic.checkpoints import Case, make_tensor, put, write_checkpoint, write_weights
from tests.converter.synthetic.vocabularies import spm

LLAMA = Case("small-llama", "Small-Llama-v1", llama(), shapes.decoder(), spm())
MIXTRAL = Case(
    "small-mixtral",
    "Small-Mixtral",
    of("MixtralForCausalLM", "mixtral", num_local_experts=4, num_experts_per_tok=2),
    shapes.experts(shapes.decoder(dense=False), "block_sparse_moe", ("w1", "w3", "w2")),
    spm(),
)


def small_llama(parent: Path, **config: Any) -> Path:
    """A folder with a complete checkpoint; `config` changes its configuration before the weights are made."""
    return write_checkpoint(replace(LLAMA, config={**LLAMA.config, **config}), parent)


def weights_of(case: Case) -> dict[str, npt.NDArray[Any]]:
    """The case's stored tensors."""
    return {name: make_tensor(case, name, shape) for name, shape in case.shapes(case.full_config()).items()}


def rewritten(folder: Path, tensors: Mapping[str, npt.NDArray[Any]]) -> None:
    """Give the checkpoint in `folder` other weights, in one file."""
    for old in folder.glob("*.safetensors*"):
        old.unlink()
    write_weights(folder, dict(tensors), shards=1, scatter=False)


def change_config(folder: Path, **values: Any) -> None:
    """Change config.json, not the weights."""
    put(folder / "config.json", {**LLAMA.full_config(), **values})


@dataclass
class Outcome:
    """What the command returned and printed."""

    status: int
    out: str
    err: str


def run(*arguments: object, engine: bool = False) -> Outcome:
    """Run the command in this process; without `engine` the finished file's header is checked, but no child started."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        if engine:
            status = command.main([str(argument) for argument in arguments])
        else:
            with mock.patch.object(verify, "_check_with_engine"):
                status = command.main([str(argument) for argument in arguments])
    return Outcome(status, out.getvalue(), err.getvalue())


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file below `folder` with its digest."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def left_in(folder: Path) -> Sequence[str]:
    """Names of what lies in `folder`."""
    return sorted(path.name for path in folder.iterdir())


def bf16(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    """Upper halves of float32 numbers."""
    return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
