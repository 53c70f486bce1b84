"""Which tensors a checkpoint of each family stores, and their shapes, by its configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Shapes = dict[str, tuple[int, ...]]
Config = Mapping[str, Any]
ShapesOf = Callable[[Config], Shapes]


def _sizes(c: Config) -> tuple[int, int, int, int, int]:
    """(width, rows of q, rows of k and v, head, feed-forward)."""
    head = c.get("head_dim") or c["hidden_size"] // c["num_attention_heads"]
    q = c["num_attention_heads"] * head
    kv = c.get("num_key_value_heads", c["num_attention_heads"]) * head
    return c["hidden_size"], q, kv, head, c.get("intermediate_size", 0)


def _ends(c: Config, norm: str = "model.norm") -> Shapes:
    width = c["hidden_size"]
    found: Shapes = {"model.embed_tokens.weight": (c["vocab_size"], width), f"{norm}.weight": (width,)}
    if not c.get("tie_word_embeddings", False):
        found["lm_head.weight"] = (c["vocab_size"], width)
    return found


def _biased(shapes: Shapes, *endings: str) -> Shapes:
    """A bias beside every weight whose name ends so."""
    more = {
        f"{name.removesuffix('.weight')}.bias": shape[:1]
        for name, shape in shapes.items()
        if name.removesuffix(".weight").endswith(endings)
    }
    return {**shapes, **more}


def decoder(*biased: str, qk_norm: str = "", norms: tuple[str, ...] = ("input_layernorm", "post_attention_layernorm"),
            prefix: str = "", dense: bool = True) -> ShapesOf:  # fmt: skip
    """Llama's tensors. `qk_norm`: "head" or "all" adds norms on q and k over one head or over all."""

    def shapes(c: Config) -> Shapes:
        width, q, kv, head, inner = _sizes(c)
        found = _ends(c)
        for layer in range(c["num_hidden_layers"]):
            p = f"model.layers.{layer}."
            found |= {p + f"{norm}.weight": (width,) for norm in norms}
            found |= {
                p + "self_attn.q_proj.weight": (q, width),
                p + "self_attn.k_proj.weight": (kv, width),
                p + "self_attn.v_proj.weight": (kv, width),
                p + "self_attn.o_proj.weight": (width, q),
            }
            if dense:
                found |= {
                    p + "mlp.gate_proj.weight": (inner, width),
                    p + "mlp.up_proj.weight": (inner, width),
                    p + "mlp.down_proj.weight": (width, inner),
                }
            if qk_norm:
                found[p + "self_attn.q_norm.weight"] = (head if qk_norm == "head" else q,)
                found[p + "self_attn.k_norm.weight"] = (head if qk_norm == "head" else kv,)
        if biased:
            found = _biased(found, *biased)
        return {prefix + name: shape for name, shape in found.items()}

    return shapes


def experts(base: ShapesOf, block: str, names: tuple[str, str, str]) -> ShapesOf:
    """`base` with a router and separate experts; `names` are gate, up and down."""

    def shapes(c: Config) -> Shapes:
        found = base(c)
        width = c["hidden_size"]
        inner = c.get("moe_intermediate_size", c["intermediate_size"])
        count = c.get("num_local_experts", c.get("num_experts"))
        for layer in range(c["num_hidden_layers"]):
            p = f"model.layers.{layer}.{block}."
            found[p + "gate.weight"] = (count, width)
            for number in range(count):
                for name, shape in zip(names, ((inner, width), (inner, width), (width, inner)), strict=True):
                    found[f"{p}experts.{number}.{name}.weight"] = shape
        return found

    return shapes


def stacked_experts(base: ShapesOf) -> ShapesOf:
    """`base` with a router and stacked experts, gate and up in one, as transformers 5 stores them."""

    def shapes(c: Config) -> Shapes:
        found = base(c)
        width, inner, count = c["hidden_size"], c["moe_intermediate_size"], c["num_experts"]
        for layer in range(c["num_hidden_layers"]):
            p = f"model.layers.{layer}.mlp."
            found[p + "gate.weight"] = (count, width)
            found[p + "experts.gate_up_proj"] = (count, 2 * inner, width)
            found[p + "experts.down_proj"] = (count, width, inner)
        return found

    return shapes


def phi(c: Config) -> Shapes:
    width, inner = c["hidden_size"], 4 * c["hidden_size"]
    found = _ends(c, "model.final_layernorm")
    for layer in range(c["num_hidden_layers"]):
        p = f"model.layers.{layer}."
        found[p + "input_layernorm.weight"] = (width,)
        found |= {p + f"self_attn.{name}.weight": (width, width) for name in ("q_proj", "k_proj", "v_proj", "dense")}
        found |= {p + "mlp.fc1.weight": (inner, width), p + "mlp.fc2.weight": (width, inner)}
    return _biased(found, "norm", "proj", "dense", "fc1", "fc2", "lm_head")


def phi3(c: Config) -> Shapes:
    width, q, kv, _, inner = _sizes(c)
    found = _ends(c)
    for layer in range(c["num_hidden_layers"]):
        p = f"model.layers.{layer}."
        found |= {
            p + "input_layernorm.weight": (width,),
            p + "post_attention_layernorm.weight": (width,),
            p + "self_attn.qkv_proj.weight": (q + 2 * kv, width),
            p + "self_attn.o_proj.weight": (width, q),
            p + "mlp.gate_up_proj.weight": (2 * inner, width),
            p + "mlp.down_proj.weight": (width, inner),
        }
    return found


def phi3_vision(c: Config) -> Shapes:
    return {
        **phi3(c),
        "model.vision_embed_tokens.glb_GN": (1, 1, 64),
        "model.vision_embed_tokens.img_processor.vision_model.embeddings.class_embedding": (16,),
        "model.vision_embed_tokens.img_projection.0.weight": (64, 64),
    }


def gemma3_multimodal(c: Config) -> Shapes:
    norms = ("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm")
    text = decoder(qk_norm="head", norms=norms)({**c, "tie_word_embeddings": True})
    return {
        **{f"language_model.{name}": shape for name, shape in text.items()},
        "language_model.model.embed_tokens.weight": (c["vocab_size"] + 64, c["hidden_size"]),
        "multi_modal_projector.mm_input_projection_weight": (32, c["hidden_size"]),
        "multi_modal_projector.mm_soft_emb_norm.weight": (32,),
        "vision_tower.vision_model.embeddings.patch_embedding.weight": (32, 3, 4, 4),
    }


def stablelm_per_head_norms(c: Config) -> Shapes:
    _, _, _, head, _ = _sizes(c)
    found = decoder(norms=("input_layernorm",))(c)
    for layer in range(c["num_hidden_layers"]):
        p = f"model.layers.{layer}.self_attn."
        found |= {f"{p}q_layernorm.norms.{n}.weight": (head,) for n in range(c["num_attention_heads"])}
        found |= {f"{p}k_layernorm.norms.{n}.weight": (head,) for n in range(c["num_key_value_heads"])}
    return _biased(found, "input_layernorm", "model.norm")


def cohere_qk_norm(c: Config) -> Shapes:
    _, _, _, head, _ = _sizes(c)
    found = decoder(norms=("input_layernorm",))(c)
    for layer in range(c["num_hidden_layers"]):
        p = f"model.layers.{layer}.self_attn."
        found[p + "q_norm.weight"] = (c["num_attention_heads"], head)
        found[p + "k_norm.weight"] = (c["num_key_value_heads"], head)
    return found


def jais(c: Config) -> Shapes:
    width, inner = c["n_embd"], c["n_inner"]
    found: Shapes = {
        "transformer.wte.weight": (c["vocab_size"], width),
        "transformer.ln_f.weight": (width,),
        "lm_head.weight": (c["vocab_size"], width),
    }
    for layer in range(c["n_layer"]):
        p = f"transformer.h.{layer}."
        found |= {
            p + "ln_1.weight": (width,),
            p + "ln_2.weight": (width,),
            p + "attn.c_attn.weight": (width, 3 * width),
            p + "attn.c_proj.weight": (width, width),
            p + "mlp.c_fc.weight": (width, inner),
            p + "mlp.c_fc2.weight": (width, inner),
            p + "mlp.c_proj.weight": (inner, width),
        }
    found = _biased(found, "ln_f", "ln_1", "ln_2")
    for layer in range(c["n_layer"]):
        p = f"transformer.h.{layer}."
        found |= {p + "attn.c_attn.bias": (3 * width,), p + "attn.c_proj.bias": (width,), p + "mlp.c_fc.bias": (inner,)}
        found |= {p + "mlp.c_fc2.bias": (inner,), p + "mlp.c_proj.bias": (width,), p + "attn.bias": (1, 1, 8, 8)}
    return {**found, "transformer.relative_pe.slopes": (c["n_head"], 1, 1)}


def falcon_h1(c: Config) -> Shapes:
    width, q, kv, _, inner = _sizes(c)
    ssm, groups = c["mamba_d_ssm"], 2 * c["mamba_n_groups"] * c["mamba_d_state"]
    heads = c["mamba_n_heads"]
    found = _ends(c, "model.final_layernorm")
    for layer in range(c["num_hidden_layers"]):
        p = f"model.layers.{layer}."
        found |= {
            p + "input_layernorm.weight": (width,),
            p + "pre_ff_layernorm.weight": (width,),
            p + "self_attn.q_proj.weight": (q, width),
            p + "self_attn.k_proj.weight": (kv, width),
            p + "self_attn.v_proj.weight": (kv, width),
            p + "self_attn.o_proj.weight": (width, q),
            p + "feed_forward.gate_proj.weight": (inner, width),
            p + "feed_forward.up_proj.weight": (inner, width),
            p + "feed_forward.down_proj.weight": (width, inner),
            p + "mamba.in_proj.weight": (2 * ssm + groups + heads, width),
            p + "mamba.conv1d.weight": (ssm + groups, 1, c["mamba_d_conv"]),
            p + "mamba.conv1d.bias": (ssm + groups,),
            p + "mamba.dt_bias": (heads,),
            p + "mamba.A_log": (heads,),
            p + "mamba.D": (heads,),
            p + "mamba.out_proj.weight": (width, ssm),
        }
        if c.get("mamba_rms_norm"):
            found[p + "mamba.norm.weight"] = (ssm,)
    return found


def with_bias(base: ShapesOf, *endings: str) -> ShapesOf:
    """`base` with a bias beside every weight whose name ends so."""
    return lambda c: _biased(base(c), *endings)
