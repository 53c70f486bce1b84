"""General metadata (name, size label, licence, …) and the default file name.

The heuristics on folder names, README front matter and generation_config.json are those of `gguf.Metadata`, used as a
library; what a model card may do to them (any YAML) is caught here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

from converter.errors import ConversionError
from converter.ggml import ValueType
from converter.keyvalues import KeyValues

_SNAPSHOT = re.compile(r"models--(?:[^/]+?--)?(.+)")

_SAMPLING = {
    "sampling_sequence": "sequence",
    "sampling_top_k": "top_k",
    "sampling_top_p": "top_p",
    "sampling_min_p": "min_p",
    "sampling_xtc_probability": "xtc_probability",
    "sampling_xtc_threshold": "xtc_threshold",
    "sampling_temp": "temperature",
    "sampling_penalty_last_n": "penalty_last_n",
    "sampling_penalty_repeat": "repetition_penalty",
    "sampling_mirostat": "mirostat",
    "sampling_mirostat_tau": "mirostat_tau",
    "sampling_mirostat_eta": "mirostat_eta",
}


def model_name(folder: Path) -> str:
    """What a checkpoint is called: its folder's name, or the repository's for a snapshot in the hub's cache."""
    folder = folder.resolve()
    if folder.parent.name == "snapshots" and (match := _SNAPSHOT.fullmatch(folder.parent.parent.name)):
        return match[1]
    return folder.name


def parameter_counts(shapes: Mapping[str, Sequence[int]]) -> tuple[int, int, int, int]:
    """(all, shared, of one expert, experts), as the reference counts them from GGUF names and numpy shapes."""
    total = shared = per_expert = expert_sum = expert_tensors = 0
    for name, shape in shapes.items():
        size = prod(shape)
        total += size
        if "_exps." in name and len(shape) >= 3:
            experts = shape[-2 if ".bias" in name else -3]
            per_expert += size // experts
            expert_sum += experts
            expert_tensors += 1
        else:
            shared += size
    return total, shared, per_expert, expert_sum // expert_tensors if expert_tensors else 0


def write_general(
    kv: KeyValues,
    folder: Path,
    shapes: Mapping[str, Sequence[int]],
    notes: list[str],
    *,
    name: str | None = None,
    adapter: bool = False,
) -> dict[str, Any]:
    """Write ``general.*`` about the model. Returns the parts of the default file name.

    `name` overrides the folder's name in the heuristics (a hub id's last part). Sentences about what could not be used are
    added to `notes`.
    """
    import gguf
    import yaml  # type: ignore[import-untyped]  # gguf depends on it

    counts = parameter_counts(shapes)
    if adapter:  # how the heuristics are told that the number is not the model's
        counts = (-counts[0], *counts[1:])
    card: dict[str, Any] = {}
    try:
        card = gguf.Metadata.load_model_card(folder)
    except (yaml.YAMLError, UnicodeDecodeError, OSError, RecursionError):
        notes.append("The front matter of README.md could not be read; author, licence and tags are left out.")
    parameters = _json_object(lambda: gguf.Metadata.load_hf_parameters(folder))
    title = name or model_name(folder)
    try:
        metadata = gguf.Metadata.apply_metadata_heuristic(gguf.Metadata(), card, parameters, Path(title), counts[0])
    except (TypeError, AttributeError, ValueError, KeyError):
        notes.append("The front matter of README.md has an unexpected form; author, licence and tags are left out.")
        metadata = gguf.Metadata.apply_metadata_heuristic(gguf.Metadata(), {}, {}, Path(title), counts[0])
    generation = _json_object(lambda: gguf.Metadata.load_generation_config(folder))
    for field, key in _SAMPLING.items():
        setattr(metadata, field, generation.get(key))
    if "penalty_repeat" in generation:
        metadata.sampling_penalty_repeat = generation["penalty_repeat"]
    if metadata.name is None:
        metadata.name = title
    if metadata.size_label is None and counts[0] > 0:  # not for adapters
        metadata.size_label = gguf.size_label(*counts)
    _copy(metadata, kv, notes)
    return {
        "model_name": metadata.name,
        "base_name": metadata.basename,
        "finetune_string": metadata.finetune,
        "version_string": metadata.version,
        "size_label": metadata.size_label,
    }


def _json_object(load: Any) -> dict[str, Any]:
    try:
        found = load()
    except (ValueError, OSError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _copy(metadata: Any, kv: KeyValues, notes: list[str]) -> None:
    """Let gguf's writer name the keys and types, then take them over."""
    import gguf

    writer = gguf.GGUFWriter(path=None, arch=kv.arch)
    try:
        metadata.set_gguf_meta_model(writer)
    except (TypeError, AttributeError, ValueError):
        notes.append("Some of the model card's values have an unexpected form and are left out.")
    for key, value in writer.kv_data[0].items():
        if key == "general.architecture":
            continue
        try:
            _put(kv, key, value.value, ValueType(int(value.type)))
        except ConversionError:
            notes.append(f"{value.value!r} is no usable value for {key} and is left out.")


def _put(kv: KeyValues, key: str, value: Any, kind: ValueType) -> None:
    if kind is ValueType.STRING:
        kv.string(key, value if isinstance(value, str) else str(value))
    elif kind is ValueType.ARRAY:
        kv.array(key, [item if isinstance(item, str) else str(item) for item in value], ValueType.STRING)
    else:
        kv.put(key, value, kind)


def default_file_name(parts: Mapping[str, Any], file_type_name: str, *, adapter: bool = False) -> str:
    """GGUF's naming convention: name, size label, fine-tune, version, encoding; harmless in any file system."""
    import gguf

    clean = {key: None if value is None else str(value) for key, value in parts.items()}
    name = gguf.naming_convention(**clean, output_type=file_type_name, model_type="LoRA" if adapter else None)
    name = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]', "-", name).strip(" .")
    return f"{name[:200] or 'model'}.gguf"
