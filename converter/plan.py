"""What would be done with a checkpoint, known from its headers alone."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any, ClassVar

from converter.architectures import find_family
from converter.architectures.base import Family, tensor_type
from converter.checkpoint import Checkpoint
from converter.errors import ConversionError, shape_mismatch
from converter.ggml import QUANTIZATION_VERSION, FileType, GgmlType
from converter.keyvalues import KeyValues
from converter.metadata import default_file_name, parameter_counts, write_general
from converter.quant_mix import DEFAULT_TYPE, DIRECT, Candidate, ModelFacts, choose, quantizer_order
from converter.tensors import DType, Tensor
from converter.vocabulary import Vocabulary
from converter.writer import TensorInfo, head, padded

_START, _WRITING = 2.0, 1e9  # seconds for start, check and publishing; bytes written and checked in a second
_OWN_TYPE = {DType.BF16: GgmlType.BF16, DType.F16: GgmlType.F16}


@dataclass
class Plan:
    """A checkpoint understood: family, metadata, vocabulary and all tensors, nothing of them read yet.

    `kv` is complete but for the file type. `tensors` are in the order of the file to be written.
    """

    checkpoint: Checkpoint
    family: Family
    kv: KeyValues
    vocabulary: Vocabulary
    tensors: list[tuple[str, Tensor]]
    name_parts: Mapping[str, Any]
    notes: list[str] = field(default_factory=list)
    _infos: dict[FileType, list[TensorInfo]] = field(default_factory=dict, repr=False)
    runnable: ClassVar[bool] = True
    """Whether the engine can open the file by itself."""

    @property
    def folder(self) -> Path:
        """The checkpoint's folder."""
        return self.checkpoint.folder

    def infos(self, file_type: FileType) -> list[TensorInfo]:
        """Every tensor with the type it gets in a file of `file_type`."""
        if file_type not in self._infos:
            self._infos[file_type] = self._chosen(file_type)
        return self._infos[file_type]

    def _chosen(self, file_type: FileType) -> list[TensorInfo]:
        if file_type in DIRECT:
            base = DEFAULT_TYPE[file_type]
            kinds = {
                name: _whole_blocks(tensor_type(self.family, name, tensor.shape, file_type, base), tensor.shape)
                for name, tensor in self.tensors
            }
        else:
            candidates = (
                Candidate(
                    name,
                    tensor.shape,
                    tensor_type(self.family, name, tensor.shape, file_type, _OWN_TYPE.get(tensor.dtype, GgmlType.F32)),
                )
                for name, tensor in self.tensors
            )
            kinds = choose(candidates, file_type, self.facts)
        return [TensorInfo(name, tensor.shape, kinds[name]) for name, tensor in self.tensors]

    @cached_property
    def facts(self) -> ModelFacts:
        """The model as the rules for mixtures see it."""

        def number(key: str, default: int) -> int:
            found = self.kv.get(key, default)
            return int(found[0]) if isinstance(found, (list, tuple)) else int(found)

        heads = number("attention.head_count", 0)
        return ModelFacts(
            arch=self.kv.arch,
            layers=number("block_count", 0),
            heads=heads,
            heads_kv=number("attention.head_count_kv", heads),
            experts=number("expert_count", 0),
        )

    def head(self, file_type: FileType) -> bytes:
        """The file's bytes before the tensors' data."""
        self.kv.u32("general.file_type", file_type)
        self.kv.u32("general.quantization_version", QUANTIZATION_VERSION)
        return head(self.kv, self.infos(file_type))

    def data_bytes(self, file_type: FileType) -> int:
        """Bytes of the tensors' data."""
        return sum(padded(info.nbytes) for info in self.infos(file_type))

    def file_bytes(self, file_type: FileType) -> int:
        """Size of the whole file."""
        return self._head_bytes + self.data_bytes(file_type)

    def sizes(self) -> dict[str, int]:
        """File size for each type that can be made of this model, by its name."""
        found = {}
        for kind in DEFAULT_TYPE:
            try:
                found[kind.name] = self.file_bytes(kind)
            except ConversionError:  # rows that the type's blocks do not fit
                continue
        return found

    def seconds(self, threads: int) -> dict[str, float]:
        """Expected time of conversion for each type on this computer, without reading from a slow disk."""
        from converter.quantize import seconds_per_element

        speed = functools.cache(seconds_per_element)
        found = {}
        for name, size in self.sizes().items():
            work = sum(prod(info.shape) * speed(info.type) for info in self.infos(FileType[name]))
            found[name] = round(_START + work / threads + size / _WRITING, 1)
        return found

    @cached_property
    def _head_bytes(self) -> int:
        # One file type's head is as long as another's: only numbers of fixed size differ.
        return len(self.head(FileType.F32))

    @property
    def parameters(self) -> int:
        return parameter_counts({name: tensor.shape for name, tensor in self.tensors})[0]

    def file_name(self, file_type: FileType) -> str:
        """Default name by GGUF's naming convention."""
        return default_file_name(self.name_parts, file_type.name)

    def as_dict(self, file_type: FileType, target: Path, *, estimate: bool = False) -> dict[str, Any]:
        """The plan as plain data, for the window and for scripts; `estimate` adds the expected ``seconds`` of each type."""
        place = _existing(target.parent)
        return {
            "source": str(self.checkpoint.folder),
            "name": self.kv.get("general.name"),
            "family": self.family.title or type(self.family).__name__,
            "hf_architecture": self.family.hf_architecture,
            "architecture": self.kv.arch,
            "parameters": self.parameters,
            "size_label": self.name_parts.get("size_label"),
            "layers": self.facts.layers,
            "context_length": self.kv.get("context_length", 0),
            "experts": self.facts.experts,
            "source_bytes": self.checkpoint.stored_bytes,
            "tokenizer": {
                "kind": self.vocabulary.kind,
                "pre": self.vocabulary.pre,
                "size": self.vocabulary.size,
                "recognised_by": self.vocabulary.recognised_by,
                "chat_template": "tokenizer.chat_template" in self.kv,
            },
            "type": file_type.name,
            "output": str(target),
            "output_exists": target.exists(),
            "output_bytes": self.file_bytes(file_type),
            "sizes": self.sizes(),
            **({"seconds": self.seconds(available_threads())} if estimate else {}),
            "largest_tensor_bytes": max((tensor.size * 4 for _, tensor in self.tensors), default=0),
            "free_disk": shutil.disk_usage(place).free,
            "notes": list(self.notes),
        }


def make_plan(folder: Path, *, name: str | None = None) -> Plan:
    """Understand the checkpoint in `folder`; `name` is what it is called if not as its folder.

    Raises ConversionError for everything that the headers, the configuration and the tokenizer show to be wrong.
    """
    checkpoint = Checkpoint.open(folder)
    architecture = checkpoint.architecture
    family = find_family(architecture)(checkpoint, architecture)
    tensors = sorted(family.tensors(), key=lambda pair: quantizer_order(pair[0]))
    for tensor_name, tensor in tensors:
        if not tensor.size:
            raise shape_mismatch(f"{tensor_name} is empty.")
    kv = KeyValues(family.arch)
    kv.string("general.type", "model")
    parts = write_general(kv, folder, {key: t.shape for key, t in tensors}, family.notes, name=name)
    family.write_parameters(kv)
    vocabulary = family.write_vocabulary(kv)
    return Plan(checkpoint, family, kv, vocabulary, tensors, parts, [*family.notes, *vocabulary.notes])


def available_threads() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def _whole_blocks(kind: GgmlType, shape: tuple[int, ...]) -> GgmlType:
    return GgmlType.F16 if kind is GgmlType.Q8_0 and shape[-1] % 32 else kind


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
