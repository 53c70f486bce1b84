"""Tiny Llama models with random weights, written for a test in milliseconds.

The vocabulary is byte-level BPE of GPT-2's kind without merges: one token for each byte, so that most letters of Arabic
take two tokens and every token may end inside a character; then the special tokens that a test asks for.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import gguf
import numpy as np

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
WIDTH, HEADS, LAYERS, FEED = 32, 2, 2, 64


def byte_letters() -> list[str]:
    """The letter that stands for each byte in byte-level vocabularies (a fact of GPT-2's tokenizer)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, spare = {}, 256
    for byte in range(256):
        if byte in plain:
            letters[byte] = chr(byte)
        else:
            letters[byte] = chr(spare)
            spare += 1
    return [letters[byte] for byte in range(256)]


def write_tiny(
    path: Path,
    *,
    template: str | None = CHATML,
    context: int = 2048,
    seed: int = 0,
    specials: tuple[str, ...] = ("<|im_start|>", "<|im_end|>", "<|endoftext|>"),
    words: tuple[str, ...] = (),
    favour: dict[str, float] | None = None,
    architecture: str = "llama",
    name: str = "Tiny",
    extra: dict[str, Any] | None = None,
    layers: int = LAYERS,
    heads: int = HEADS,
    sentencepiece: bool = False,
    added: tuple[str, ...] = (),
) -> Path:
    """Write a model to `path`.

    sentencepiece: its vocabulary is of SentencePiece's kind, with bytes for letters and a blank in front of every text.
    added: which of the specials are ordinary added tokens, as older converters call all of them.
    words: plain tokens beside the bytes. favour: factor on the output row of a token (0 makes it as likely as the
    average, a negative or large one changes how often it is sampled). extra: metadata, by key.
    """
    letters = byte_letters()
    plain = ["".join(letters[b] for b in word.encode()) for word in words]
    tokens = [*letters, *plain, *specials]
    types = [gguf.TokenType.NORMAL] * (256 + len(plain))
    types += [gguf.TokenType.USER_DEFINED if one in added else gguf.TokenType.CONTROL for one in specials]
    if sentencepiece:
        tokens = [*(f"<0x{byte:02X}>" for byte in range(256)), *words, *specials]
        types[:256] = [gguf.TokenType.BYTE] * 256
    numbers = {token: i for i, token in enumerate([*map(chr, range(256)), *words, *specials])}
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(name)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // heads)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama" if sentencepiece else "gpt2")
    writer.add_tokenizer_pre("default" if sentencepiece else "gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if sentencepiece:
        writer.add_token_scores([-float(number) for number in range(len(tokens))])
    else:
        writer.add_token_merges([f"{letters[0]} {letters[1]}"])
    writer.add_add_bos_token(False)
    for key, token in (("eos", "<|im_end|>"), ("bos", "<|endoftext|>"), ("eot", "<|endoftext|>")):
        if token in numbers:
            writer.add_uint32(f"tokenizer.ggml.{key}_token_id", numbers[token])
    if template is not None:
        writer.add_chat_template(template)
    for key, value in (extra or {}).items():
        if isinstance(value, str):
            writer.add_string(key, value)
        elif isinstance(value, bool):
            writer.add_bool(key, value)
        elif isinstance(value, float):
            writer.add_float32(key, value)
        elif isinstance(value, list):
            writer.add_array(key, value)
        else:
            writer.add_uint32(key, value)
    random = np.random.default_rng(seed)

    def tensor(label: str, *shape: int, scale: float = 0.2) -> None:
        writer.add_tensor(label, (random.standard_normal(shape) * scale).astype(np.float32))

    embedding = random.standard_normal((len(tokens), WIDTH)).astype(np.float32)
    writer.add_tensor("token_embd.weight", embedding)
    output = random.standard_normal((len(tokens), WIDTH)).astype(np.float32) * 0.5
    for token, factor in (favour or {}).items():
        output[numbers[token]] *= factor
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for i in range(layers):
        writer.add_tensor(f"blk.{i}.attn_norm.weight", np.ones(WIDTH, np.float32))
        writer.add_tensor(f"blk.{i}.ffn_norm.weight", np.ones(WIDTH, np.float32))
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensor(f"blk.{i}.{part}.weight", WIDTH, WIDTH)
        tensor(f"blk.{i}.ffn_gate.weight", FEED, WIDTH)
        tensor(f"blk.{i}.ffn_up.weight", FEED, WIDTH)
        tensor(f"blk.{i}.ffn_down.weight", WIDTH, FEED)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_tiny_adapter(
    path: Path, *, seed: int = 1, rank: int = 2, width: int = WIDTH, architecture: str = "llama", kind: str = "adapter"
) -> Path:
    """A LoRA adapter with random weights for the attention of a model of `write_tiny`."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_string("general.type", kind)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    random = np.random.default_rng(seed)
    for layer in range(LAYERS):
        for part in ("attn_q", "attn_v"):
            for half, shape in (("a", (rank, width)), ("b", (width, rank))):
                writer.add_tensor(
                    f"blk.{layer}.{part}.weight.lora_{half}", random.standard_normal(shape).astype(np.float32)
                )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_tiny_projector(path: Path, *, seed: int = 3, width: int = WIDTH, size: int = 16, patch: int = 4) -> Path:
    """A projector of LLaVA's kind with random weights: size × size pixels become (size / patch)² positions."""
    hidden, layers, feed = 16, 2, 32
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_string("general.type", "mmproj")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    for key, value in (
        ("image_size", size), ("patch_size", patch), ("embedding_length", hidden), ("feed_forward_length", feed),
        ("block_count", layers), ("attention.head_count", 2), ("projection_dim", width),
    ):  # fmt: skip
        writer.add_uint32(f"clip.vision.{key}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    random = np.random.default_rng(seed)

    def tensor(label: str, *shape: int) -> None:
        writer.add_tensor(label, (random.standard_normal(shape) * 0.4).astype(np.float32))

    tensor("v.patch_embd.weight", hidden, 3, patch, patch)
    tensor("v.position_embd.weight", (size // patch) ** 2, hidden)
    for layer in range(layers):
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            tensor(f"v.blk.{layer}.{part}.weight", hidden, hidden)
            tensor(f"v.blk.{layer}.{part}.bias", hidden)
        for part in ("ln1", "ln2"):
            tensor(f"v.blk.{layer}.{part}.weight", hidden)
            tensor(f"v.blk.{layer}.{part}.bias", hidden)
        tensor(f"v.blk.{layer}.ffn_up.weight", feed, hidden)
        tensor(f"v.blk.{layer}.ffn_up.bias", feed)
        tensor(f"v.blk.{layer}.ffn_down.weight", hidden, feed)
        tensor(f"v.blk.{layer}.ffn_down.bias", hidden)
    for number, size_in in ((0, hidden), (2, width)):
        tensor(f"mm.{number}.weight", width, size_in)
        tensor(f"mm.{number}.bias", width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def png(color: tuple[int, int, int], width: int = 24, height: int = 16) -> bytes:
    """A PNG of one colour, with a darker corner so that directions differ."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0"
        + b"".join(bytes(c // 4 if x < width // 3 and y < height // 3 else c for c in color) for x in range(width))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
