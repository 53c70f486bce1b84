"""Checkpoint -> GGUF -> Q4_K_M, with nothing but gguf and llama_cpp. Samar's converter makes the same tensors
from the same folder (tests/starter); this file adds what a model card says, and needs no torch."""

from __future__ import annotations

import ctypes
import json
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def read_safetensors(path: Path) -> dict[str, Array]:
    """All tensors of a file, as float32; only F32 is expected. Raises ValueError otherwise."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    out: dict[str, Array] = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            raise ValueError(f"{name} is {entry['dtype']}, not F32")
        begin, end = entry["data_offsets"]
        out[name] = np.frombuffer(data[8 + size + begin : 8 + size + end], np.float32).reshape(entry["shape"])
    return out


def _interleave(weight: Array, heads: int) -> Array:
    """Rows of q and k from the rotate-half order of Hugging Face to the pairs of ggml's rotary embedding."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


_NAMES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def write_gguf(folder: Path, out: Path) -> None:
    """folder/{config.json,model.safetensors,tokenizer.json,tokenizer_config.json} -> an F32 GGUF."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    tensors = read_safetensors(folder / "model.safetensors")
    heads = int(config["num_attention_heads"])
    count = sum(t.size for t in tensors.values())
    w = gguf.GGUFWriter(out, "llama")
    w.add_type(gguf.GGUFType.MODEL)
    w.add_name("Samar Starter")
    w.add_author("The authors of Samar")
    w.add_basename("samar-starter")
    w.add_description(
        "The tiny model that comes with Samar: it explains the app and the basics of local models, in Arabic and English"
    )
    w.add_license("mit")
    w.add_languages(["ar", "en"])
    w.add_size_label(f"{count / 1e6:.1f}M")
    w.add_context_length(config["max_position_embeddings"])
    w.add_embedding_length(config["hidden_size"])
    w.add_block_count(config["num_hidden_layers"])
    w.add_feed_forward_length(config["intermediate_size"])
    w.add_head_count(heads)
    w.add_head_count_kv(config["num_key_value_heads"])
    w.add_rope_freq_base(config["rope_theta"])
    w.add_layer_norm_rms_eps(config["rms_norm_eps"])
    w.add_rope_dimension_count(config["head_dim"])
    w.add_key_length(config["head_dim"])
    w.add_value_length(config["head_dim"])
    w.add_vocab_size(config["vocab_size"])
    w.add_file_type(gguf.LlamaFileType.ALL_F32)
    special = {t["id"]: t["content"] for t in tokenizer["added_tokens"]}
    vocab = sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("qwen2")
    w.add_token_list([t for t, _ in vocab])
    w.add_token_types([gguf.TokenType.CONTROL if i in special else gguf.TokenType.NORMAL for _, i in vocab])
    w.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in tokenizer["model"]["merges"]])
    ids = {content: i for i, content in special.items()}
    w.add_eos_token_id(ids[settings["eos_token"]])
    w.add_pad_token_id(ids[settings["pad_token"]])
    w.add_add_bos_token(False)
    w.add_add_eos_token(False)
    w.add_chat_template(settings["chat_template"])
    w.add_tensor("token_embd.weight", tensors["model.embed_tokens.weight"])
    w.add_tensor("output_norm.weight", tensors["model.norm.weight"])
    for layer in range(int(config["num_hidden_layers"])):
        for theirs, ours in _NAMES.items():
            tensor = tensors[f"model.layers.{layer}.{theirs}.weight"]
            if ours in ("attn_q", "attn_k"):
                tensor = np.ascontiguousarray(_interleave(tensor, heads))
            w.add_tensor(f"blk.{layer}.{ours}.weight", tensor)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def quantize(source: Path, out: Path) -> None:
    """An F32 GGUF -> Q4_K_M, by llama.cpp's own quantizer. Raises RuntimeError when it refuses."""
    import llama_cpp

    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M
    parameters.nthread = 1
    code = llama_cpp.llama_model_quantize(str(source).encode(), str(out).encode(), ctypes.byref(parameters))
    if code != 0:
        raise RuntimeError(f"llama_model_quantize returned {code} for {source}")
