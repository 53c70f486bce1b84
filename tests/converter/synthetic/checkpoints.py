"""Small checkpoints in Hugging Face's form, written without torch and without transformers.

Weights are exact functions of the tensor's name: 53-bit fractions from numpy's RandomState, whose stream is frozen, scaled
by powers and sums that IEEE arithmetic defines, then rounded once to the stored type. The same case gives the same bytes
on every machine.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

from tests.converter.synthetic.vocabularies import Files

Shapes = dict[str, tuple[int, ...]]
Values = Callable[[str, npt.NDArray[np.float64]], npt.NDArray[np.float64]]
DTYPES = {"float32": ("F32", np.dtype(np.float32)), "float16": ("F16", np.dtype(np.float16)),
          "bfloat16": ("BF16", np.dtype(ml_dtypes.bfloat16))}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One checkpoint.

    name        of the case, and of its golden file
    folder      a realistic folder name: names and size labels come from it
    config      config.json
    shapes      stored tensors
    tokenizer   its files; vocab_size in `config` is filled in, rounded up to `vocab_multiple`, unless there
    dtype       of the stored weights
    shards      number of safetensors files, with an index if there are several
    scatter     deal tensors to the shards in turn
    published   llama.cpp's name for the pre-tokenizer of the published model, which the reference is told
    pre         the name that Samar finds by the split pattern
    own         metadata in which Samar differs on purpose (docs/converter-differences.md)
    values      another choice of weights: gets the name and uniform numbers in [0, 1)
    files       more files of the folder
    reference   changes to config.json for the reference alone, where it does not know the architecture
    quantized   types that are held against llama-quantize's output
    eager       run the reference with --no-lazy, where its lazy way fails under the pinned torch
    """

    name: str
    folder: str
    config: Mapping[str, Any]
    shapes: Callable[[Mapping[str, Any]], Shapes]
    tokenizer: Files
    dtype: str = "bfloat16"
    shards: int = 1
    scatter: bool = False
    published: str = "default"
    pre: str = "default"
    own: tuple[str, ...] = ()
    vocab_multiple: int = 32
    values: Values | None = None
    files: Mapping[str, Any] = field(default_factory=dict)
    reference: Mapping[str, Any] = field(default_factory=dict)
    quantized: tuple[str, ...] = ()
    eager: bool = False

    def full_config(self) -> dict[str, Any]:
        config = dict(self.config)
        holder = config.get("text_config", config)
        if "vocab_size" not in holder:
            size = -(-self.tokenizer.size // self.vocab_multiple) * self.vocab_multiple
            if holder is not config:
                config["text_config"] = {**holder, "vocab_size": size}
            else:
                config["vocab_size"] = size
        return config


def usual_values(name: str, uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Norms near one, everything else near zero."""
    centred = uniform - 0.5
    if uniform.ndim == 1 and "norm" in name and name.endswith(".weight"):
        return 1.0 + 0.25 * centred
    return 0.125 * centred


def offset_norms(name: str, uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Gemma's: norms are stored minus one, so they are near zero as well."""
    return 0.25 * (uniform - 0.5)


def make_tensor(case: Case, name: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    seed = int.from_bytes(hashlib.sha256(f"{case.name}/{name}".encode()).digest()[:4], "little")
    uniform = np.random.RandomState(seed).random_sample(shape)
    values = (case.values or usual_values)(name, uniform)
    if values.dtype != np.float64:
        raise TypeError(f"{name} is rounded twice")
    return values.astype(np.float32).astype(DTYPES[case.dtype][1])


def write_safetensors(path: Path, tensors: Mapping[str, npt.NDArray[Any]]) -> None:
    """One safetensors file: header length, JSON header, data without holes."""
    names = {dtype: name for name, dtype in DTYPES.values()}
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    position = 0
    for name, data in tensors.items():
        end = position + data.nbytes
        header[name] = {"dtype": names[data.dtype], "shape": list(data.shape), "data_offsets": [position, end]}
        position = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as handle:
        handle.write(struct.pack("<Q", len(text)) + text)
        for data in tensors.values():
            handle.write(np.ascontiguousarray(data).tobytes())


def write_weights(folder: Path, tensors: Mapping[str, npt.NDArray[Any]], *, shards: int, scatter: bool) -> None:
    """model.safetensors, or numbered shards and their index."""
    names = sorted(tensors)
    if shards == 1:
        write_safetensors(folder / "model.safetensors", {name: tensors[name] for name in names})
        return
    weight_map: dict[str, str] = {}
    for number in range(shards):
        size = -(-len(names) // shards)
        chosen = names[number::shards] if scatter else names[number * size : (number + 1) * size]
        file = f"model-{number + 1:05d}-of-{shards:05d}.safetensors"
        write_safetensors(folder / file, {name: tensors[name] for name in chosen})
        weight_map |= dict.fromkeys(chosen, file)
    total = sum(data.nbytes for data in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    put(folder / "model.safetensors.index.json", index)


def put(path: Path, content: Any) -> None:
    """Bytes, text or something JSON-able."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        path.write_text(text, encoding="utf-8")


def write_checkpoint(case: Case, parent: Path) -> Path:
    """Write the case into `parent`/folder and return that folder."""
    folder = parent / case.folder
    folder.mkdir(parents=True)
    config = case.full_config()
    shapes = case.shapes({**config, **config.get("text_config", {})})
    tensors = {name: make_tensor(case, name, shape) for name, shape in shapes.items()}
    write_weights(folder, tensors, shards=case.shards, scatter=case.scatter)
    put(folder / "config.json", config)
    for name, content in {**case.tokenizer.files, **case.files}.items():
        put(folder / name, content)
    return folder
