"""A tiny Hugging Face checkpoint of random weights, for trying the converter of an installed Samar. Standard library only.

Format of the weights: https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

WIDTH, FORWARD, LAYERS, HEADS = 256, 512, 2, 4
END, END_ID = "<|endoftext|>", 257


def letters() -> list[str]:
    """The 256 letters that stand for bytes in a byte-level vocabulary: printable ones for themselves, the rest from U+0100 on."""
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in own]
    known = {byte: chr(byte) for byte in own} | {byte: chr(256 + place) for place, byte in enumerate(others)}
    return [known[byte] for byte in range(256)]


def shapes(vocabulary: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {
        "model.embed_tokens.weight": (vocabulary, WIDTH),
        "model.norm.weight": (WIDTH,),
    }
    for layer in range(LAYERS):
        name = f"model.layers.{layer}."
        found |= {name + f"self_attn.{part}_proj.weight": (WIDTH, WIDTH) for part in "qkvo"}
        found |= {name + f"mlp.{part}_proj.weight": (FORWARD, WIDTH) for part in ("gate", "up")}
        found[name + "mlp.down_proj.weight"] = (WIDTH, FORWARD)
        found |= {name + f"{part}_layernorm.weight": (WIDTH,) for part in ("input", "post_attention")}
    return found


def write(folder: Path) -> Path:
    """Make the folder and the files of a Llama checkpoint of about a million weights in it. Returns the folder."""
    folder.mkdir(parents=True)
    vocabulary = {letter: number for number, letter in enumerate([*letters(), "th", END])}
    numbers = random.Random(7)
    head: dict[str, object] = {}
    body = bytearray()
    for name, shape in shapes(len(vocabulary)).items():
        count = shape[0] * (shape[1] if len(shape) == 2 else 1)
        begin = len(body)
        if len(shape) == 1:
            body += struct.pack("<f", 1.0) * count
        else:
            body += struct.pack(f"<{count}f", *(numbers.gauss(0.0, 0.05) for _ in range(count)))
        head[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [begin, len(body)]}
    text = json.dumps(head).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": WIDTH, "intermediate_size": FORWARD,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": HEADS, "vocab_size": len(vocabulary),
        "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": True,
        "torch_dtype": "float32", "bos_token_id": END_ID, "eos_token_id": END_ID,
    }  # fmt: skip
    tokenizer = {
        "version": "1.0",
        "added_tokens": [
            {
                "id": END_ID,
                "content": END,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
        ],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": vocabulary, "merges": ["t h"]},
    }
    for name, value in (
        ("config.json", config),
        ("tokenizer.json", tokenizer),
        (
            "tokenizer_config.json",
            {"tokenizer_class": "GPT2Tokenizer", "bos_token": END, "eos_token": END, "unk_token": END},
        ),
    ):
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    return folder
