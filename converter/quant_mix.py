"""Which tensor type each tensor gets under a file type: the rules of llama-quantize without an importance matrix.

Facts from llama.cpp, src/llama-quant.cpp. The rules look at a tensor's role, at its layer, at how many such tensors came
before it (in the quantizer's order: without layer first, then by layer, then by name), and at whether its rows are whole
blocks of the wanted type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from converter.errors import ConversionError, ExitStatus
from converter.ggml import BLOCKS, FileType, GgmlType

T = GgmlType
F = FileType

DIRECT = frozenset({F.F32, F.F16, F.BF16, F.Q8_0})
"""File types that the reference's converter writes itself, by simpler rules."""

DEFAULT_TYPE: dict[FileType, GgmlType] = {
    F.F32: T.F32,
    F.F16: T.F16,
    F.BF16: T.BF16,
    F.Q8_0: T.Q8_0,
    F.Q4_0: T.Q4_0,
    F.Q4_1: T.Q4_1,
    F.Q5_0: T.Q5_0,
    F.Q5_1: T.Q5_1,
    F.Q2_K: T.Q2_K,
    F.Q3_K_S: T.Q3_K,
    F.Q3_K_M: T.Q3_K,
    F.Q3_K_L: T.Q3_K,
    F.Q4_K_S: T.Q4_K,
    F.Q4_K_M: T.Q4_K,
    F.Q5_K_S: T.Q5_K,
    F.Q5_K_M: T.Q5_K,
    F.Q6_K: T.Q6_K,
    F.IQ4_NL: T.IQ4_NL,
    F.IQ4_XS: T.IQ4_XS,
    F.IQ3_S: T.IQ3_S,
    F.IQ3_M: T.IQ3_S,
    F.TQ1_0: T.TQ1_0,
    F.TQ2_0: T.TQ2_0,
    F.MXFP4_MOE: T.MXFP4,
    F.Q1_0: T.Q1_0,
    F.Q2_0: T.Q2_0,
}
"""What can be made without an importance matrix, and the type most of its tensors have."""

ALIASES = {"Q3_K": F.Q3_K_M, "Q4_K": F.Q4_K_M, "Q5_K": F.Q5_K_M}

_FALLBACK: dict[GgmlType, GgmlType] = {
    T.IQ3_S: T.IQ4_NL,
    T.IQ4_XS: T.IQ4_NL,
    T.Q2_0: T.Q4_0,
    T.Q2_K: T.Q4_0,
    T.Q3_K: T.Q4_0,
    T.TQ1_0: T.Q4_0,
    T.TQ2_0: T.Q4_0,
    T.Q4_K: T.Q5_0,
    T.Q5_K: T.Q5_1,
    T.Q6_K: T.Q8_0,
}

# Weights that llama-quantize leaves alone, beside norms, vectors and what does not end in "weight".
_KEPT = re.compile(
    r"_norm\.weight|ffn_gate_inp\.weight|ffn_gate_tid2eid\.weight|altup|laurel|per_layer_model_proj|ssm_conv1d"
    r"|shortconv\.conv\.weight|indexer\.[kq]_proj\.weight|time_mix_(first|[wvga][012]|decay_w[12]|lerp_fused)\.weight"
    r"|attn_rel_b\.weight|\.position_embd|\.rel_pos|\.patch_embd|\.patch_merger"
)
_LAYER = re.compile(r"blk\.(\d+)\.")


def parse_file_type(name: str) -> FileType:
    """The file type called `name`, in any case. Raises ConversionError (UNSUPPORTED_TYPE)."""
    wanted = name.upper().replace("-", "_")
    found = ALIASES.get(wanted) or next((f for f in FileType if f.name == wanted), None)
    if found is not None and found in DEFAULT_TYPE:
        return found
    if found is not None:
        raise ConversionError(
            ExitStatus.UNSUPPORTED_TYPE, f"{wanted} needs an importance matrix, which a checkpoint does not have."
        )
    names = ", ".join(f.name for f in DEFAULT_TYPE)
    raise ConversionError(ExitStatus.UNSUPPORTED_TYPE, f"The type {name!r} is not known; known are {names}.")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the rules need to know of a model: its GGUF architecture, layers, heads and experts (0 for none)."""

    arch: str
    layers: int
    heads: int
    heads_kv: int
    experts: int

    @property
    def grouping(self) -> int:
        """Query heads for each key head."""
        return self.heads // self.heads_kv if self.heads_kv else 0

    @property
    def is_70b(self) -> bool:
        """Whether llama.cpp calls the model a 70B, going by its layers (src/models/*.cpp)."""
        if self.arch == "llama":
            return self.layers == 80 and self.heads != self.heads_kv and self.experts != 8
        return (self.arch, self.layers) in {("qwen2", 80), ("deci", 80), ("olmo", 80), ("jais2", 68)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One tensor before the choice: GGUF name, numpy shape, and the type it keeps if it is not quantized."""

    name: str
    shape: tuple[int, ...]
    kept: GgmlType


def quantizer_order(name: str) -> tuple[int, bytes]:
    """Sort key of llama-quantize: tensors outside the layers, then layer by layer, each by name."""
    match = _LAYER.match(name)
    return (int(match[1]) if match else -1, name.encode())


def choose(candidates: Iterable[Candidate], file_type: FileType, model: ModelFacts) -> dict[str, GgmlType]:
    """The type of each tensor, by name, for a file type that is not in `DIRECT`."""
    tensors = sorted(candidates, key=lambda c: quantizer_order(c.name))
    state = _State(file_type, model, tensors)
    return {tensor.name: state.next(tensor) for tensor in tensors}


def is_quantized_by_mixture(name: str, shape: Sequence[int]) -> bool:
    """Whether llama-quantize quantizes the tensor at all. Leading dimensions of size one do not count."""
    if len(shape) < 2 or all(n == 1 for n in shape[:-1]):
        return False
    return (
        name.endswith("weight")
        and not _KEPT.search(name)
        and name not in ("position_embd.weight", "token_types.weight")
    )


def _role(name: str) -> str:
    if name in ("output.weight", "token_embd.weight", "per_layer_token_embd.weight"):
        return "output" if name == "output.weight" else "token_embd"
    for part in ("attn_qkv", "attn_kv_b", "attn_v", "attn_k", "attn_q", "attn_output"):
        if f"{part}.weight" in name:
            return part
    return next((part for part in ("ffn_up", "ffn_gate", "ffn_down") if part in name), "")


class _State:
    """The counters that the rules go by."""

    def __init__(self, file_type: FileType, model: ModelFacts, tensors: Sequence[Candidate]) -> None:
        self.file_type, self.model = file_type, model
        roles = [_role(tensor.name) for tensor in tensors]
        self.values = sum(role in _VALUE_ROLES for role in roles)
        self.tied = "output" not in roles
        self.value = self.down = 0

    def next(self, tensor: Candidate) -> GgmlType:
        default = DEFAULT_TYPE[self.file_type]
        if not is_quantized_by_mixture(tensor.name, tensor.shape):
            return tensor.kept
        return _fitting(self._wanted(tensor, default), tensor.shape[-1])

    def _wanted(self, tensor: Candidate, default: GgmlType) -> GgmlType:
        kind, role = self.file_type, _role(tensor.name)
        if role == "output" or (self.tied and role == "token_embd"):
            return self._output(tensor, default)
        if kind is F.MXFP4_MOE:
            return T.MXFP4 if len(tensor.shape) >= 3 and tensor.shape[-3] > 1 else T.Q8_0
        if role == "token_embd":
            return T.Q4_K if kind in (F.TQ1_0, F.TQ2_0, F.Q2_0) else default
        if role in _VALUE_ROLES:
            found = self._attention_value(default)
            self.value += 1
            return found
        if role == "attn_k":
            return T.Q8_0 if self.model.experts == 8 else default
        if role == "ffn_down":
            found = self._feed_forward_down(tensor.name, default)
            self.down += 1
            return found
        if role == "attn_output" and self.model.arch != "falcon":
            if self.model.experts == 8:
                return T.Q5_K if kind in _EIGHT_EXPERTS_Q5 else default
            return _ATTENTION_OUTPUT.get(kind, default)
        if role == "attn_output" and kind is F.Q3_K_L:
            return T.Q4_K
        return default

    def _output(self, tensor: Candidate, default: GgmlType) -> GgmlType:
        unfit = tensor.shape[-1] % BLOCKS[default][0] != 0
        if self.file_type is F.MXFP4_MOE or self.model.arch == "falcon" or unfit or default is T.Q8_0:
            return T.Q8_0
        return T.Q6_K

    def _attention_value(self, default: GgmlType) -> GgmlType:
        kind, model, found = self.file_type, self.model, default
        shared = model.grouping >= 4
        if kind is F.Q2_K:
            found = T.Q4_K if shared else T.Q3_K
        elif kind is F.IQ3_M or (kind is F.IQ3_S and shared):
            found = T.Q4_K
        elif kind is F.Q3_K_M:
            found = T.Q5_K if self.value < 2 else T.Q4_K
        elif kind is F.Q3_K_L or (kind in (F.IQ4_NL, F.IQ4_XS) and shared):
            found = T.Q5_K
        elif kind in (F.Q4_K_M, F.Q5_K_M) and _more_bits(self.value, self.values):
            found = T.Q6_K
        elif kind is F.Q4_K_S and self.value < 4:
            found = T.Q5_K
        if model.is_70b and found in (T.Q3_K, T.Q4_K):
            found = T.Q5_K
        return T.Q8_0 if model.experts == 8 else found

    def _feed_forward_down(self, name: str, default: GgmlType) -> GgmlType:
        kind, layers, falcon = self.file_type, self.model.layers, self.model.arch == "falcon"
        layer = self._layer(name) if self.model.experts > 1 else self.down
        early = layer < layers // 8
        if kind is F.Q2_K:
            return T.Q3_K
        if kind is F.Q3_K_M:
            if layer < layers // 16:
                return T.Q5_K
            return T.Q4_K if not falcon or _more_bits(layer, layers) else T.Q3_K
        if kind is F.IQ3_M and (early or (self.model.experts == 8 and _more_bits(layer, layers))):
            return T.Q4_K
        if kind is F.Q3_K_L:
            return T.Q4_K if falcon else T.Q5_K
        if kind is F.Q4_K_M and falcon:
            if layer < layers // 16:
                return T.Q6_K
            return T.Q5_K if _more_bits(layer, layers) else T.Q4_K
        if kind in (F.Q4_K_M, F.Q5_K_M) and _more_bits(layer, layers):
            return T.Q6_K
        if early and (kind in (F.IQ4_NL, F.IQ4_XS) or (kind is F.Q4_K_S and not falcon)):
            return T.Q5_K
        return default

    def _layer(self, name: str) -> int:
        match = _LAYER.match(name)
        if match is None:
            raise ValueError(f"no layer in {name}")
        return int(match[1])


_VALUE_ROLES = ("attn_v", "attn_qkv", "attn_kv_b")
_ATTENTION_OUTPUT = {F.Q2_K: T.Q3_K, F.Q3_K_M: T.Q4_K, F.Q3_K_L: T.Q5_K, F.IQ3_M: T.Q4_K}
_EIGHT_EXPERTS_Q5 = frozenset({F.Q2_K, F.Q3_K_S, F.Q3_K_M, F.IQ4_NL, F.Q4_K_S, F.Q4_K_M, F.IQ3_S, F.IQ3_M, F.IQ4_XS})


def _more_bits(layer: int, layers: int) -> bool:
    """The first and last eighth of the layers, and every third between."""
    # C++ truncates towards zero where Python floors.
    rest = layer - layers // 8
    return layer < layers // 8 or layer >= 7 * layers // 8 or (rest >= 0 and rest % 3 == 2)


def _fitting(wanted: GgmlType, columns: int) -> GgmlType:
    """The wanted type, or one whose blocks rows of `columns` elements are made of. Raises UNSUPPORTED_TYPE."""
    if columns % BLOCKS[wanted][0] == 0:
        return wanted
    other = _FALLBACK.get(wanted, wanted)
    if other is wanted and BLOCKS[wanted][0] > 32:
        raise ConversionError(
            ExitStatus.UNSUPPORTED_TYPE,
            f"{wanted.name} needs rows of whole blocks of {BLOCKS[wanted][0]}; this model has rows of {columns}.",
        )
    return other if columns % BLOCKS[other][0] == 0 else T.F16
