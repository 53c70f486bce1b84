"""Every family of the converter as a small model to run: random weights large enough that each token depends on those
before it, and sliding windows short enough to slide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

from tests.converter.conversion import convert_to
from tests.converter.synthetic.cases import BEYOND_THE_REFERENCE, CASES
from tests.converter.synthetic.checkpoints import Case, usual_values, write_checkpoint

WINDOW = 48
_SLIDING = ("Gemma2ForCausalLM", "Gemma3ForCausalLM", "Gemma3ForConditionalGeneration", "Cohere2ForCausalLM")
_LOUDER = 5.0
_ADAPTED = re.compile(r"blk\.\d+\.(attn_(q|k|v|qkv|output)|ffn_(gate|up|down)|ssm_(in|out))\.weight")
_RECURRENT = ("conv1d", "A_log", ".D", "dt_bias", "slopes")


def _architecture(case: Case) -> str:
    return str(case.config["architectures"][0])


def _families() -> dict[str, Case]:
    # llama.cpp looks for Command-R+'s norms on q and k in models of 64 layers and more only.
    cases = [case for case in (*CASES, *BEYOND_THE_REFERENCE) if case.name != "command-r-plus"]
    return {case.name: case for case in {_architecture(case): case for case in reversed(cases)}.values()}


FAMILIES: Mapping[str, Case] = _families()
"""One small checkpoint for each architecture, by name."""


def _windowed(config: Mapping[str, Any]) -> dict[str, Any]:
    if "text_config" in config:
        return {**config, "text_config": _windowed(config["text_config"])}
    return {**config, "sliding_window": WINDOW}


def write_family(name: str, folder: Path, kind: str = "F32") -> Path:
    """Write the model of one of FAMILIES into `folder` as a GGUF of the type `kind`."""
    case = FAMILIES[name]
    values = case.values or usual_values

    def louder(tensor: str, uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        plain = values(tensor, uniform)
        return plain if uniform.ndim < 2 or tensor.endswith(_RECURRENT) or "conv1d" in tensor else _LOUDER * plain

    config = _windowed(case.config) if _architecture(case) in _SLIDING else case.config
    target = folder / f"{name}.gguf"
    convert_to(write_checkpoint(replace(case, values=louder, config=config), folder), kind, target)
    return target


def write_adapter(model: Path, path: Path, *, seed: int = 1, rank: int = 4, share: float = 0.15) -> Path:
    """A LoRA adapter with random weights for the GGUF `model`, for every matrix of attention and feed-forward but stacks of
    experts.

    share: standard deviation of what it adds to a matrix, over the matrix's own.
    """
    reader = gguf.GGUFReader(model)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", rank)  # what is added is scaled by alpha over rank
    random = np.random.default_rng(seed)
    for tensor in reader.tensors:
        if not _ADAPTED.fullmatch(tensor.name) or len(tensor.shape) != 2:
            continue
        width, height = (int(size) for size in tensor.shape)
        loud = share * float(gguf.dequantize(tensor.data, tensor.tensor_type).std()) / rank**0.5
        for half, shape, deviation in (("a", (rank, width), 1.0), ("b", (height, rank), loud)):
            values = random.standard_normal(shape) * deviation
            writer.add_tensor(f"{tensor.name}.lora_{half}", values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
