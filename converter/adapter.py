"""LoRA adapters: a PEFT folder (adapter_config.json, adapter_model.safetensors) becomes a GGUF adapter.

An adapter holds, for each adapted matrix of shape (out, in), two factors: A (rank, in) and B (out, rank). What a family does
to the matrix is done to the factors: rows are chosen in B, columns in A. Form from llama.cpp, convert_lora_to_gguf.py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from converter.architectures import find_family
from converter.architectures.base import Family, Slot, tensor_type
from converter.checkpoint import Checkpoint, SafetensorsFile, read_json
from converter.errors import ConversionError, ExitStatus
from converter.ggml import QUANTIZATION_VERSION, FileType, GgmlType, ValueType
from converter.keyvalues import KeyValues
from converter.metadata import default_file_name, write_general
from converter.quant_mix import DEFAULT_TYPE, DIRECT
from converter.tensors import Array, DType, Tensor, stack
from converter.writer import TensorInfo, head

_FACTOR = re.compile(r"\.lora_(?:embedding_)?([AB])(?:\.weight)?$")


def bad_adapter(message: str) -> ConversionError:
    return ConversionError(ExitStatus.BAD_ADAPTER, message)


class LowRank(Tensor):
    """B · A as one tensor of shape (…, out, in): structure reaches the factors, arithmetic does not."""

    def __init__(self, a: Tensor, b: Tensor) -> None:
        if a.ndim != b.ndim or a.ndim < 2 or a.shape[-2] != b.shape[-1] or a.shape[:-2] != b.shape[:-2]:
            raise bad_adapter(f"LoRA factors of shapes {list(a.shape)} and {list(b.shape)} do not go together.")
        self.a, self.b = a, b
        self.shape = (*b.shape[:-1], a.shape[-1])
        self.dtype = a.dtype if a.dtype is b.dtype else DType.F32

    def take(self, index: npt.NDArray[np.intp]) -> Tensor:
        if self.ndim > 2:
            return LowRank(self.a.take(index), self.b.take(index))
        return LowRank(self.a, self.b.take(index))

    def slice(self, start: int, stop: int) -> Tensor:
        return self.take(np.arange(start, stop))

    def transpose(self) -> Tensor:
        return LowRank(self.b.transpose(), self.a.transpose())

    def reshape(self, *shape: int) -> Tensor:
        if tuple(shape) == self.shape:
            return self
        raise self._impossible()

    def map(self, function: Any) -> Tensor:
        raise self._impossible()

    def whole(self, function: Any, shape: Sequence[int] | None = None) -> Tensor:
        raise self._impossible()

    def read(self, start: int, stop: int) -> Array:
        raise self._impossible()

    def _impossible(self) -> ConversionError:
        return bad_adapter("This family changes an adapted matrix in a way that its LoRA factors cannot follow.")


@dataclass
class AdapterPlan:
    """An adapter understood. `tensors` are the factors and norms under their GGUF names."""

    folder: Path
    family: Family
    kv: KeyValues
    tensors: list[tuple[str, Tensor]]
    name_parts: Mapping[str, Any]
    alpha: float
    notes: list[str] = field(default_factory=list)
    runnable: ClassVar[bool] = False

    def infos(self, file_type: FileType) -> list[TensorInfo]:
        """Every tensor with its type. Raises ConversionError (UNSUPPORTED_TYPE) for a mixture."""
        if file_type not in DIRECT:
            raise ConversionError(
                ExitStatus.UNSUPPORTED_TYPE, "An adapter can be F32, F16, BF16 or Q8_0; its factors are small anyway."
            )
        base = DEFAULT_TYPE[file_type]
        found = []
        for name, tensor in self.tensors:
            kind = tensor_type(self.family, name, tensor.shape, file_type, base)
            if kind is GgmlType.Q8_0 and tensor.shape[-1] % 32:
                kind = GgmlType.F16
            found.append(TensorInfo(name, tensor.shape, kind))
        return found

    def head(self, file_type: FileType) -> bytes:
        """The file's bytes before the tensors' data."""
        return head(self.kv, self.infos(file_type))

    def file_name(self, file_type: FileType) -> str:
        return default_file_name(self.name_parts, file_type.name, adapter=True)

    def as_dict(self, file_type: FileType, target: Path) -> dict[str, Any]:
        """The plan as plain data."""
        infos = self.infos(file_type)
        return {
            "source": str(self.folder),
            "adapter": True,
            "name": self.kv.get("general.name"),
            "family": self.family.title or type(self.family).__name__,
            "hf_architecture": self.family.hf_architecture,
            "architecture": self.kv.arch,
            "size_label": self.name_parts.get("size_label"),
            "alpha": self.alpha,
            "matrices": sum(name.endswith(".lora_a") for name, _ in self.tensors),
            "type": file_type.name,
            "output": str(target),
            "output_exists": target.exists(),
            "output_bytes": len(self.head(file_type)) + sum(info.nbytes for info in infos),
            "notes": list(self.notes),
        }


def make_adapter_plan(folder: Path, base: Path, *, name: str | None = None) -> AdapterPlan:
    """Understand the adapter in `folder` for the base model whose config.json is in `base`.

    Raises ConversionError (BAD_ADAPTER and whatever a checkpoint may raise).
    """
    settings = read_json(folder / "adapter_config.json")
    if not isinstance(settings, dict):
        raise bad_adapter("adapter_config.json is not a JSON object.")
    base_config = read_json(base / "config.json") if (base / "config.json").is_file() else None
    if not isinstance(base_config, dict):
        raise bad_adapter(f"{base} has no config.json of the base model.")
    checkpoint = Checkpoint(base, base_config)
    architecture = checkpoint.architecture
    family = find_family(architecture)(checkpoint, architecture)
    notes: list[str] = []
    alpha = _alpha(settings)
    tensors = list(_tensors(family, _stored(folder), settings, alpha, notes))
    alpha *= _rank_stabilization(settings, tensors)
    kv = KeyValues(family.arch)
    kv.string("general.type", "adapter")
    kv.string("adapter.type", "lora")
    shapes = _counted(tensors)
    parts = write_general(kv, folder, shapes, notes, name=name, adapter=True)
    kv.f32("adapter.lora.alpha", alpha)
    tokens = settings.get("alora_invocation_tokens")
    if isinstance(tokens, list) and tokens and all(isinstance(token, int) for token in tokens):
        kv.array("adapter.alora.invocation_tokens", tokens, ValueType.UINT32)
    elif settings.get("invocation_string"):
        raise bad_adapter("The adapter is activated by a text (aLoRA); only token ids are supported.")
    kv.u32("general.quantization_version", QUANTIZATION_VERSION)
    return AdapterPlan(folder, family, kv, tensors, parts, alpha, notes)


def base_model(folder: Path) -> str | None:
    """What adapter_config.json says its base is: a folder or a Hub id."""
    settings = read_json(folder / "adapter_config.json")
    found = settings.get("base_model_name_or_path") if isinstance(settings, dict) else None
    return found if isinstance(found, str) and found else None


def _alpha(settings: Mapping[str, Any]) -> float:
    kind = settings.get("peft_type", "LORA")
    if kind != "LORA" or settings.get("use_dora"):
        raise bad_adapter(f"The adapter is of the kind {'DoRA' if kind == 'LORA' else kind}; only LoRA is supported.")
    for key in ("layer_replication", "use_qalora", "target_parameters"):
        if settings.get(key):
            raise bad_adapter(f"The adapter uses {key}, which GGUF cannot say; merge it into the base model instead.")
    alpha = settings.get("lora_alpha")
    if isinstance(alpha, bool) or not isinstance(alpha, (int, float)) or not math.isfinite(alpha) or not alpha:
        raise bad_adapter(f"adapter_config.json gives {alpha!r} for lora_alpha, which should be a number.")
    return float(alpha)


def _rank_stabilization(settings: Mapping[str, Any], tensors: Sequence[tuple[str, Tensor]]) -> float:
    """llama.cpp scales by alpha / rank; rank-stabilized adapters want alpha / √rank, so alpha takes the difference."""
    if not settings.get("use_rslora"):
        return 1.0
    ranks = {tensor.shape[-1] for name, tensor in tensors if name.endswith(".lora_b")}
    if len(ranks) != 1:
        raise bad_adapter("The adapter is rank-stabilized with several ranks, which GGUF cannot say.")
    return math.sqrt(ranks.pop())


def _stored(folder: Path) -> dict[str, Tensor]:
    path = folder / "adapter_model.safetensors"
    if not path.is_file():
        if any(folder.glob("adapter_model.*")):
            raise ConversionError(
                ExitStatus.PICKLE_ONLY,
                "The adapter's weights are a Python pickle, which can run foreign code and is never opened.",
            )
        raise bad_adapter(f"{folder} has no adapter_model.safetensors.")
    file = SafetensorsFile(path)
    return {key: file.tensor(key) for key in file.entries}


def _tensors(
    family: Family, stored: Mapping[str, Tensor], settings: Mapping[str, Any], alpha: float, notes: list[str]
) -> Iterator[tuple[str, Tensor]]:
    factors: dict[str, dict[str, Tensor]] = {}
    left_out: list[str] = []
    experts: dict[str, tuple[Slot, dict[int, Tensor]]] = {}
    for key, tensor in stored.items():
        if ".base_layer.weight" in key:
            continue
        match = _FACTOR.search(key)
        stem = _FACTOR.sub("", key) + ".weight" if match else key
        name = family.rename(stem.replace("base_model.model.", ""))
        if name is None:
            left_out.append(_FACTOR.sub("", key).removeprefix("base_model.model."))
            continue
        if match:
            factors.setdefault(name, {})[match[1]] = tensor
        elif "_layernorm" in key or ".norm" in key:
            yield from family.convert(name, tensor, _layer(name))
        else:
            raise bad_adapter(
                f"The adapter holds {key}, which is no LoRA factor; merge it into the base model instead."
            )
    if left_out:
        modules = sorted(set(left_out))
        named = ", ".join(modules[:3]) + (", …" if len(modules) > 3 else "")
        if not factors:
            raise bad_adapter(f"Nothing of the adapter belongs to the language model; it adapts {named}.")
        notes.append(f"{len(modules)} adapted parts were left out, which are none of the language model: {named}.")
    if not factors:
        raise bad_adapter("The adapter holds no LoRA factors.")
    for name, pair in factors.items():
        if set(pair) != {"A", "B"}:
            raise bad_adapter(f"The adapter holds only one of the two factors of {name}.")
        whole = LowRank(pair["A"], _scaled(pair["B"], name, settings, alpha, notes))
        place = family.place(name)
        if place is not None and place[2] is not None:
            experts.setdefault(place[0], (place[1], {}))[1][place[2]] = whole
            continue
        for target, result in family.convert(name, whole, _layer(name)):
            yield from _pair(family, target, result)
    for target, (slot, parts) in experts.items():
        yield from _pair(family, target, _stacked(family, target, slot, parts))


def _stacked(family: Family, target: str, slot: Slot, parts: Mapping[int, Tensor]) -> Tensor:
    if sorted(parts) != list(range(family.expert_count)):
        raise bad_adapter(f"The adapter does not adapt all experts of {target}.")
    ordered = [part for _, part in sorted(parts.items()) if isinstance(part, LowRank)]
    whole = LowRank(stack([part.a for part in ordered]), stack([part.b for part in ordered]))
    return whole if slot.change is None else slot.change(family, whole)


def _pair(family: Family, target: str, tensor: Tensor) -> Iterator[tuple[str, Tensor]]:
    if not isinstance(tensor, LowRank):
        raise bad_adapter(f"{target} is not the product of two factors any more.")
    if target == "token_embd.weight":  # PEFT adapts the transposed table: A is (rank, vocabulary), B (embedding, rank)
        family.check_shape(target, tensor.transpose())
        yield f"{target}.lora_a", tensor.a.transpose()
    else:
        family.check_shape(target, tensor)
        yield f"{target}.lora_a", tensor.a
    yield f"{target}.lora_b", tensor.b


def _scaled(b: Tensor, name: str, settings: Mapping[str, Any], alpha: float, notes: list[str]) -> Tensor:
    """B, times what this module's own alpha differs from the general one (GGUF has one alpha for all)."""
    pattern = settings.get("alpha_pattern")
    if not isinstance(pattern, Mapping) or not pattern:
        return b
    module = name.removesuffix(".weight")
    own = next((v for k, v in pattern.items() if re.fullmatch(rf"(.*\.)?({k})", module)), alpha)
    if own == alpha:
        return b
    if not isinstance(own, (int, float)) or not math.isfinite(own):
        raise bad_adapter(f"alpha_pattern gives {own!r} for {module}.")
    notes.append(f"{module} has its own alpha, {own}; its factor B was scaled to say so.")
    factor = np.float32(own / alpha)
    return b.map(lambda a: np.asarray(np.multiply(a, factor), dtype=a.dtype))


def _counted(tensors: Sequence[tuple[str, Tensor]]) -> dict[str, tuple[int, ...]]:
    """Shapes of the adapted matrices, from which the reference derives the size label (negative: an adapter)."""
    shapes: dict[str, tuple[int, ...]] = {}
    last: Tensor | None = None
    for name, tensor in tensors:
        if name.endswith(".lora_a"):
            last = tensor
        elif name.endswith(".lora_b") and last is not None:
            shapes[name] = (*tensor.shape[:-1], last.shape[-1])
        else:
            shapes[name] = tensor.shape
    return shapes


def _layer(name: str) -> int | None:
    return next((int(part) for part in name.split(".") if part.isdecimal()), None)
