"""What a model family says about itself, and what all families share.

A family module is mostly data::

    class Qwen2(Family):
        hf_architectures = ("Qwen2ForCausalLM",)
        gguf_arch = "qwen2"
        defaults = {"rope_theta": 10000.0}          # what transformers' config class fills in
        slots = {**DECODER, ...}                    # Hugging Face tensor name -> GGUF tensor name, shape, change

and overrides methods only where the family is peculiar:

``prepare_config``   values that follow from others (``head_dim``), renamed keys
``write_parameters`` more metadata; call ``super().write_parameters(kv)`` first
``write_vocabulary`` another way to the tokenizer
``rename``           tensor names to change or (None) to leave out
``convert``          one stored tensor becoming several, several becoming one
``extra_tensors``    tensors that no file holds (rope factors)
``forced_type``      a tensor type that the requested one does not change

Everything here works on headers: tensors are lazy (`converter.tensors`) and nothing is read until the file is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from converter.checkpoint import Checkpoint
from converter.config import Config
from converter.errors import ConversionError, ExitStatus, bad_config, shape_mismatch
from converter.ggml import FileType, GgmlType
from converter.keyvalues import KeyValues
from converter.tensors import Stored, Tensor, stack
from converter.vocabulary import Vocabulary

Change = Callable[[Any, Tensor], Tensor]
"""A change of one tensor: gets the family and the tensor (weight or bias alike), returns the changed one."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a stored tensor goes.

    name      GGUF name without ``.weight``/``.bias``; ``{bid}`` is the layer. A key of `Family.slots` that ends in neither
              (``...mixer.A_log``) gives the full GGUF name here.
    shape     shape of the resulting weight, outermost first, in the family's dimensions (`Family.dimensions`) or numbers;
              its bias has the first one. None is not checked.
    change    what is done to the tensor, on weight and bias
    optional  may be absent
    """

    name: str
    shape: tuple[str | int, ...] | None = None
    change: Change | None = None
    optional: bool = False


def permute_q(family: Family, tensor: Tensor) -> Tensor:
    """Undo Hugging Face's rotary layout of the query projection."""
    return tensor.permute_heads(family.head_count)


def permute_k(family: Family, tensor: Tensor) -> Tensor:
    """Undo Hugging Face's rotary layout of the key projection (grouped-query attention: by key heads)."""
    return tensor.permute_heads(family.head_count_kv)


def plus_one(family: Family, tensor: Tensor) -> Tensor:
    """Norms that are stored minus one. Added in the stored precision for float16, as the reference does."""
    return tensor.map(lambda a: a + 1)


_LAYER = "model.layers.{bid}."

EMBEDDINGS: dict[str, Slot] = {
    "model.embed_tokens": Slot("token_embd", ("vocab", "embd")),
    "model.norm": Slot("output_norm", ("embd",)),
    "lm_head": Slot("output", ("vocab", "embd"), optional=True),
}
ATTENTION: dict[str, Slot] = {
    _LAYER + "input_layernorm": Slot("blk.{bid}.attn_norm", ("embd",)),
    _LAYER + "self_attn.q_proj": Slot("blk.{bid}.attn_q", ("q", "embd")),
    _LAYER + "self_attn.k_proj": Slot("blk.{bid}.attn_k", ("kv", "embd")),
    _LAYER + "self_attn.v_proj": Slot("blk.{bid}.attn_v", ("kv", "embd")),
    _LAYER + "self_attn.o_proj": Slot("blk.{bid}.attn_output", ("embd", "q")),
}
FEED_FORWARD: dict[str, Slot] = {
    _LAYER + "post_attention_layernorm": Slot("blk.{bid}.ffn_norm", ("embd",)),
    _LAYER + "mlp.gate_proj": Slot("blk.{bid}.ffn_gate", ("ff", "embd")),
    _LAYER + "mlp.up_proj": Slot("blk.{bid}.ffn_up", ("ff", "embd")),
    _LAYER + "mlp.down_proj": Slot("blk.{bid}.ffn_down", ("embd", "ff")),
}
DECODER: dict[str, Slot] = {**EMBEDDINGS, **ATTENTION, **FEED_FORWARD}
"""The plain decoder: separate q, k, v and a gated feed-forward network (Llama's names, without its permutation)."""

# Beside vectors, norms and what is not named .weight, the reference stores these as F32 in every file.
_ALWAYS_F32 = re.compile(
    r"(position_embd|token_types|blk\.\d+\.(ffn_gate_inp|ffn_gate_inp_shexp|ssm_conv1d|shortconv\.conv))\.weight"
)

# Parts of multimodal checkpoints that are no text model (the reference's list).
_OTHER_MODALITIES_START = (
    "mlp", "vit.", "vpm.", "siglip2.", "conformer.", "merger.", "resampler.", "sound_encoder.", "sound_projection.",
    "speech_embeddings.",
)  # fmt: skip
_OTHER_MODALITIES = re.compile(
    r"visual\.|vision[._]|audio[._]|talker\.|token2wav\.|code2wav\.|projector\.|pre_mm_projector_norm|image_newline"
    r"|view_seperator|patch_embed|patch_merger\.|patch_merge_mlp\.|model\.connector\."
)
_COMPARED = 4 << 20
"""Bytes that are compared at once."""
_BUFFERS = (".attention.masked_bias", ".attention.bias", ".rotary_emb.inv_freq")


class Family:
    """Base of all families; see the module's text."""

    hf_architectures: ClassVar[tuple[str, ...]] = ()
    gguf_arch: ClassVar[str] = ""
    title: ClassVar[str] = ""
    """How the family is called in a plan, e.g. "Llama 3". The class name if empty."""
    defaults: ClassVar[Mapping[str, Any]] = {}
    """Values that transformers' config class supplies when config.json lacks them (the reference reads through it)."""
    slots: ClassVar[Mapping[str, Slot]] = DECODER

    def __init__(self, checkpoint: Checkpoint, architecture: str) -> None:
        self.checkpoint = checkpoint
        self.hf_architecture = architecture
        self.config = Config(checkpoint.config, self.defaults)
        self.prepare_config(self.config)
        self.notes: list[str] = []
        """Sentences for the person: what was assumed, left out or done differently."""

    # --- configuration --------------------------------------------------------------------------------------------

    def prepare_config(self, config: Config) -> None:
        """Fill in what follows from other values. `config` may be changed."""

    @property
    def arch(self) -> str:
        """``general.architecture``; overridden where it depends on the configuration."""
        return self.gguf_arch

    @property
    def layer_count(self) -> int:
        return self.config.count("num_hidden_layers", "n_layers", "n_layer", "num_layers")

    @property
    def embedding_length(self) -> int:
        return self.config.count("hidden_size", "n_embd", "dim")

    @property
    def head_count(self) -> int:
        return self.config.count("num_attention_heads", "n_head", "n_heads")

    @property
    def head_count_kv(self) -> int:
        if self.config.find("num_key_value_heads", "n_kv_heads") is None:
            return self.head_count
        return self.config.count("num_key_value_heads", "n_kv_heads")

    @property
    def head_dim(self) -> int:
        if self.config.get("head_dim") is not None:
            return self.config.count("head_dim")
        return self.embedding_length // self.head_count

    @property
    def feed_forward_length(self) -> int:
        return self.config.count("intermediate_size", "n_inner", "hidden_dim")

    @property
    def expert_count(self) -> int:
        found = self.config.find("num_local_experts", "num_experts", "n_routed_experts")
        return 0 if found is None else self.config.count("num_local_experts", "num_experts", "n_routed_experts")

    @property
    def vocab_size(self) -> int:
        return self.config.count("vocab_size")

    def dimensions(self) -> dict[str, int]:
        """Sizes that `Slot.shape` may name; extend it for more."""
        found = {
            "embd": self.embedding_length,
            "vocab": self.vocab_size,
            "q": self.head_count * self.head_dim,
            "kv": self.head_count_kv * self.head_dim,
            "head": self.head_dim,
        }
        if isinstance(self.config.find("intermediate_size", "n_inner", "hidden_dim"), int):
            found["ff"] = self.feed_forward_length
        if self.expert_count:
            found["experts"] = self.expert_count
        return found

    # --- metadata -------------------------------------------------------------------------------------------------

    def write_parameters(self, kv: KeyValues) -> None:
        """Hyperparameters, as the reference writes them for every text model."""
        config = self.config
        kv.u32("block_count", self.layer_count)
        for key, names in _COMMON_U32.items():
            if (found := config.find(*names)) is not None:
                kv.u32_or_array(key, found)
        if config.get("is_causal") is False:
            kv.flag("attention.causal", False)
        self._write_rope(kv)
        if (eps := config.find("rms_norm_eps", "norm_eps")) is not None:
            kv.f32("attention.layer_norm_rms_epsilon", eps)
        if (eps := config.find("layer_norm_eps", "layer_norm_epsilon", "norm_epsilon")) is not None:
            kv.f32("attention.layer_norm_epsilon", eps)
        for key, names in _EXPERT_U32.items():
            if (found := config.find(*names)) is not None:
                kv.u32(key, found)
        if (function := config.find(*_GATING_KEYS)) is not None:
            if function not in _GATING:
                raise bad_config(f"The experts' gating function {function!r} is not known.")
            kv.u32("expert_gating_func", _GATING[function])
        if (head_dim := config.get("head_dim")) is not None:
            kv.u32("attention.key_length", head_dim)
            kv.u32("attention.value_length", head_dim)

    def _write_rope(self, kv: KeyValues) -> None:
        rope = self.config.rope
        whole = rope.get("full_attention", rope)
        kind, factor = whole.get("rope_type"), whole.get("factor")
        if kind == "linear" and factor is not None:
            kv.string("rope.scaling.type", "linear")
            kv.f32("rope.scaling.factor", factor)
        elif kind == "yarn" and factor is not None:
            kv.string("rope.scaling.type", "yarn")
            kv.f32("rope.scaling.factor", factor)
            original = whole.get("original_max_position_embeddings")
            if original is None:
                raise bad_config("YaRN rope scaling lacks original_max_position_embeddings.")
            kv.u32("rope.scaling.original_context_length", original)
            for key, name in _YARN.items():
                found = whole.get(name, whole.get("attn_factor") if name == "attention_factor" else None)
                if found is not None:
                    kv.f32(key, found)
        elif kind in ("su", "longrope"):
            kv.string("rope.scaling.type", "longrope")
        if (sections := rope.get("mrope_section")) is not None:
            kv.array("rope.dimension_sections", [*sections, 0, 0, 0, 0][:4])
        if (theta := whole.get("rope_theta")) is not None:
            kv.f32("rope.freq_base", theta)
        local = rope.get("sliding_attention")
        if isinstance(local, Mapping) and (theta := local.get("rope_theta")) is not None:
            kv.f32("rope.freq_base_swa", theta)

    def write_vocabulary(self, kv: KeyValues) -> Vocabulary:
        """The tokenizer's metadata. Returns how it was recognised."""
        from converter import tokenizer

        return tokenizer.write_vocabulary(self, kv)

    # --- tensors --------------------------------------------------------------------------------------------------

    def rename(self, name: str) -> str | None:
        """The name to go on with, or None for a tensor that is not converted."""
        if name.startswith(_OTHER_MODALITIES_START) or _OTHER_MODALITIES.search(name):
            return None
        if name.endswith(_BUFFERS):
            return None
        name = name.replace("e_score_correction_bias", "e_score_correction.bias")
        return name.replace("language_model.", "")

    def convert(self, name: str, tensor: Tensor, bid: int | None) -> Iterable[tuple[str, Tensor]]:
        """What one stored tensor becomes: pairs of GGUF name and lazy tensor. `bid` is the layer.

        Experts (slots with ``{xid}``) do not come through here; they are stacked by `tensors`.
        """
        found = self.place(name)
        if found is None:
            raise ConversionError(
                ExitStatus.UNEXPECTED_TENSOR,
                f"The tensor {name} is not part of {self.hf_architecture} as Samar knows it.",
            )
        target, slot, _ = found
        yield target, tensor if slot.change is None else slot.change(self, tensor)

    def extra_tensors(self) -> Iterable[tuple[str, Tensor]]:
        """Tensors that are computed from the configuration."""
        return ()

    def forced_type(self, name: str, requested: FileType) -> GgmlType | None:
        """A tensor type that holds whatever file type was asked for, or None."""
        return None

    def place(self, name: str) -> tuple[str, Slot, int | None] | None:
        """(GGUF name, slot, expert) for a stored name, or None if no slot takes it."""
        parts = name.split(".")
        numbers = [i for i, part in enumerate(parts) if part.isdecimal()]
        bid = xid = None
        if numbers:
            bid, parts[numbers[0]] = int(parts[numbers[0]]), "{bid}"
            if len(numbers) > 1:
                xid, parts[numbers[1]] = int(parts[numbers[1]]), "{xid}"
        pattern = ".".join(parts)
        suffix = ""
        slot = self.slots.get(pattern)
        if slot is None:
            stem, dot, last = pattern.rpartition(".")
            if last not in ("weight", "bias"):
                return None
            slot, suffix = self.slots.get(stem), dot + last
        if slot is None:
            return None
        if bid is not None and bid >= self.layer_count and "{bid}" in slot.name:
            raise shape_mismatch(
                f"There is a tensor for layer {bid} ({name}), but the configuration says {self.layer_count} layers."
            )
        return slot.name.replace("{bid}", str(bid)) + suffix, slot, xid

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """All output tensors, experts stacked in numeric order, each once, shapes checked, nothing missing.

        Raises ConversionError for a tensor that is missing, twice there, unexpected, or of another shape than the
        configuration says.
        """
        made: set[str] = set()
        for name, tensor in self._converted():
            if name in made:
                raise ConversionError(
                    ExitStatus.DUPLICATE_TENSOR, f"Two stored tensors both become {name}; the checkpoint is ambiguous."
                )
            made.add(name)
            self.check_shape(name, tensor)
            yield name, tensor
        self._check_complete(made)

    def _converted(self) -> Iterator[tuple[str, Tensor]]:
        yield from self.extra_tensors()
        experts: dict[str, tuple[Slot, dict[int, Tensor]]] = {}
        for stored_name, tensor in self._without_tied_output(dict(self.checkpoint.tensors())).items():
            name = self.rename(stored_name)
            if name is None:
                continue
            found = self.place(name)
            if found is not None and found[2] is not None and found[0].endswith(".weight"):
                target, slot, xid = found
                parts = experts.setdefault(target, (slot, {}))[1]
                if xid in parts:
                    raise ConversionError(ExitStatus.DUPLICATE_TENSOR, f"The tensor {name} is there twice.")
                parts[found[2]] = tensor
                continue
            yield from self.convert(name, tensor, _layer_of(name))
        for target, (slot, parts) in experts.items():
            yield target, self._stack_experts(target, slot, parts)

    def _without_tied_output(self, stored: dict[str, Tensor]) -> dict[str, Tensor]:
        """The stored tensors without an output matrix that only repeats the embedding it is tied to.

        As transformers 5 does: one that differs from the embedding is a matrix of its own, whatever the configuration says
        (transformers 4 takes the embedding). Where the engine knows none for a family, the embedding stands for it.
        """
        slots = self._slots_by_target()
        embedding, output = slots.get("token_embd"), slots.get("output")
        tied = self.config.get("tie_word_embeddings", output is None)
        if output is not None and tied is not True:
            return stored
        if output is not None and (not output.optional or output.change is not None):
            return stored  # it can't be left out, or is scaled in another way than the embedding
        found: dict[str, str] = {}
        for name in stored:
            renamed = self.rename(name)
            place = self.place(renamed) if renamed is not None else None
            if name.replace("language_model.", "").removeprefix("model.") == "lm_head.weight":
                found["output"] = name
            elif place is not None and place[1] is embedding and place[0].endswith(".weight"):
                found["embedding"] = name
        if len(found) < 2:
            return stored
        same = _same_bytes(stored[found["embedding"]], stored[found["output"]])
        if same:
            self.notes.append("The output matrix repeats the embedding that it is tied to and is written once.")
        elif output is None and tied is False:
            return stored  # the family says what becomes of it
        elif output is None:
            self.notes.append(
                "The output matrix differs from the embedding that it is tied to; the engine knows none for this family,"
                " and it is left out."
            )
        else:
            self.notes.append(
                "The output matrix differs from the embedding although the configuration ties them; it is kept."
            )
            return stored
        return {name: tensor for name, tensor in stored.items() if name != found["output"]}

    def part_count(self, slot: Slot) -> int:
        """How many tensors a slot with ``{xid}`` stacks: the experts, unless a family says otherwise."""
        return self.expert_count

    def _stack_experts(self, target: str, slot: Slot, parts: dict[int, Tensor]) -> Tensor:
        count = self.part_count(slot)
        missing = sorted(set(range(count)) - set(parts))
        if missing:
            raise ConversionError(ExitStatus.MISSING_TENSOR, f"Expert {missing[0]} of {target} is missing.")
        if len(parts) > count:
            raise shape_mismatch(f"{target} has {len(parts)} experts, but the configuration says {count}.")
        stacked = stack([parts[number] for number in range(count)])
        return stacked if slot.change is None else slot.change(self, stacked)

    def _slots_by_target(self) -> dict[str, Slot]:
        return {slot.name: slot for slot in self.slots.values()}

    def check_shape(self, name: str, tensor: Tensor) -> None:
        """Raises ConversionError (SHAPE_MISMATCH) if the output tensor contradicts the configuration."""
        stem, _, suffix = name.rpartition(".")
        general = re.sub(r"^blk\.\d+\.", "blk.{bid}.", stem)
        slot = self._slots_by_target().get(general)
        if slot is None or slot.shape is None or suffix not in ("weight", "bias"):
            return
        sizes = self.dimensions()
        try:
            wanted = tuple(sizes[n] if isinstance(n, str) else n for n in slot.shape)
        except KeyError as missing:
            raise bad_config(f"The configuration does not say the size {missing}, which {name} needs.") from None
        if suffix == "bias":
            wanted = wanted[:1] if len(wanted) < 3 else wanted[:2]
        if tensor.shape != wanted:
            raise shape_mismatch(
                f"{name} has shape {list(tensor.shape)}, but the configuration implies {list(wanted)}."
            )

    def _check_complete(self, made: set[str]) -> None:
        for pattern, slot in self.slots.items():
            if slot.optional:
                continue
            layers = range(self.layer_count) if "{bid}" in slot.name else range(1)
            for bid in layers:
                name = slot.name.replace("{bid}", str(bid))
                if name not in made and f"{name}.weight" not in made:
                    missing = pattern.replace("{bid}", str(bid)).replace("{xid}", "0")
                    raise ConversionError(ExitStatus.MISSING_TENSOR, f"The checkpoint lacks {missing}.")
        if "lm_head" in self.slots and "output.weight" not in made and self.config.get("tie_word_embeddings") is False:
            raise ConversionError(
                ExitStatus.MISSING_TENSOR,
                "The checkpoint lacks lm_head.weight, and the configuration says that it is not tied to the embeddings.",
            )


def tensor_type(family: Family, name: str, shape: tuple[int, ...], requested: FileType, base: GgmlType) -> GgmlType:
    """The type the reference's converter gives a tensor when its output type is `base` (F32, F16, BF16 or Q8_0)."""
    forced = family.forced_type(name, requested)
    if len(shape) <= 1 or name.endswith("_norm.weight"):
        return GgmlType.F32
    if forced is not None:
        return forced
    if _ALWAYS_F32.fullmatch(name) or not name.endswith((".weight", ".lora_a", ".lora_b")):
        return GgmlType.F32
    return base


def _same_bytes(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are stored alike. Of headers alone, as a plan of the Hub has them, no difference is seen."""
    if not isinstance(one, Stored) or not isinstance(other, Stored):
        return False
    if (one.shape, one.dtype) != (other.shape, other.dtype):
        return False
    rows = max(1, _COMPARED // max(1, one.data.itemsize * one.columns))
    return all(
        one.read(start, start + rows).tobytes() == other.read(start, start + rows).tobytes()
        for start in range(0, one.row_count, rows)
    )


def _layer_of(name: str) -> int | None:
    return next((int(part) for part in name.split(".") if part.isdecimal()), None)


_COMMON_U32: dict[str, tuple[str, ...]] = {
    "context_length": (
        "max_position_embeddings", "n_ctx", "n_positions", "max_length", "max_sequence_length", "model_max_length",
    ),
    "embedding_length": ("hidden_size", "n_embd", "dim"),
    "feed_forward_length": (
        "prefix_dense_intermediate_size", "dense_intermediate_size", "intermediate_size", "n_inner", "hidden_dim",
    ),
    "attention.head_count": ("num_attention_heads", "n_head", "n_heads"),
    "attention.head_count_kv": ("num_key_value_heads", "n_kv_heads"),
}  # fmt: skip
_EXPERT_U32: dict[str, tuple[str, ...]] = {
    "expert_count": ("num_local_experts", "num_experts", "n_routed_experts"),
    "expert_used_count": ("num_experts_per_tok", "num_experts_per_token", "top_k_experts"),
    "expert_group_count": ("n_group",),
    "expert_group_used_count": ("topk_group",),
}
_GATING_KEYS = (
    "score_function", "scoring_func", "score_func", "moe_router_activation", "moe_router_activation_func",
    "expert_selection_fn",
)  # fmt: skip
_GATING = {"softmax": 1, "sigmoid": 2, "sqrtsoftplus": 4}
_YARN = {
    "rope.scaling.yarn_ext_factor": "extrapolation_factor",
    "rope.scaling.yarn_attn_factor": "attention_factor",
    "rope.scaling.yarn_beta_fast": "beta_fast",
    "rope.scaling.yarn_beta_slow": "beta_slow",
}
