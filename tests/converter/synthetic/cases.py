"""One small checkpoint, or several, for every family, and for every place where a sloppy converter goes wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tests.converter.synthetic import shapes as s
from tests.converter.synthetic.checkpoints import Case, offset_norms, usual_values
from tests.converter.synthetic.vocabularies import bpe, spm, tekken

Config = dict[str, Any]
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
INST = "{{ bos_token }}{% for message in messages %}[INST] {{ message['content'] }} [/INST]{% endfor %}"
CARD = (
    "---\nlicense: apache-2.0\nlanguage:\n- ar\n- en\npipeline_tag: text-generation\ntags:\n- arabic\n"
    "base_model: someone/Base-1B\ndatasets:\n- someone/corpus\n---\n\n# A model\n"
)
GENERATION = {"do_sample": True, "temperature": 0.6, "top_p": 0.9, "top_k": 20, "repetition_penalty": 1.05}
TEKKEN_SPECIALS = (
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]", "[TOOL_CALLS]", "<pad>", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]", "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]",
)  # fmt: skip
TEKKEN_OWN = ("tokenizer.chat_template", "tokenizer.ggml.scores")
FOUR_NORMS = ("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm")


def llama(**changes: Any) -> Config:
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "intermediate_size": 96,
        "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": False,
        "torch_dtype": "bfloat16", "transformers_version": "4.45.2", **changes,
    }  # fmt: skip


def of(architecture: str, model_type: str, **changes: Any) -> Config:
    return llama(architectures=[architecture], model_type=model_type, **changes)


def without(config: Config, *keys: str) -> Config:
    return {key: value for key, value in config.items() if key not in keys}


def longrope(length: int) -> Config:
    return {
        "type": "longrope",
        "long_factor": [1.0 + 0.35 * n for n in range(length)],
        "short_factor": [1.0 + 0.015 * n for n in range(length)],
    }


def zero_biases(name: str, uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.zeros_like(uniform) if name.endswith(".bias") else usual_values(name, uniform)


def jais_values(name: str, uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if name.endswith("slopes"):
        heads = uniform.shape[0]
        return 2.0 ** (-8.0 / heads * np.arange(1, heads + 1).reshape(uniform.shape))
    return usual_values(name, uniform)


def falcon_h1_values(name: str, uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if name.endswith("A_log"):
        # Two neighbouring powers of two: their exponentials are the same by every library that is off by one bit at most.
        return np.where(uniform < 0.5, 0.5, 1.0)
    if name.endswith(("dt_bias", ".D")):
        return uniform
    return usual_values(name, uniform)


_PHI_MOE = of(
    "PhiMoEForCausalLM", "phimoe", num_local_experts=4, num_experts_per_tok=2, attention_bias=True, lm_head_bias=True,
    sliding_window=131072, original_max_position_embeddings=4096, max_position_embeddings=131072,
    rope_scaling={**longrope(8), "short_mscale": 1.243, "long_mscale": 1.243, "original_max_position_embeddings": 4096},
)  # fmt: skip
_FALCON_H1 = of(
    "FalconH1ForCausalLM", "falcon_h1", mamba_d_ssm=96, mamba_n_heads=6, mamba_d_head=16, mamba_n_groups=2,
    mamba_d_state=16, mamba_d_conv=4, mamba_expand=2, mamba_rms_norm=True, mamba_conv_bias=True, head_dim=16,
    attention_in_multiplier=0.9, attention_out_multiplier=0.9375, embedding_multiplier=5.656854249492381,
    key_multiplier=0.390625, lm_head_multiplier=0.0390625, mlp_multipliers=[0.8838834764831845, 0.5859375],
    ssm_in_multiplier=1.25, ssm_out_multiplier=0.23570226039551587, rope_theta=100000000000.0, num_attention_heads=4,
    ssm_multipliers=[0.3535533905932738, 0.25, 0.3535533905932738, 0.5, 0.3535533905932738],
)  # fmt: skip

MIXED = ("Q6_K", "Q5_K_M", "Q5_K_S", "Q4_K_M", "Q4_K_S", "Q4_0", "Q3_K_M", "Q2_K", "IQ4_XS")
"""The types of the command that are made of several tensor types."""
MORE = ("Q4_1", "Q5_0", "Q5_1", "Q3_K_S", "Q3_K_L", "IQ4_NL", "IQ3_S", "IQ3_M", "TQ1_0", "TQ2_0")
"""What else ggml makes without an importance matrix."""

CASES: tuple[Case, ...] = (
    Case("llama3", "Llama-3.2-1B-Instruct",
         llama(rope_theta=500000.0, max_position_embeddings=131072, tie_word_embeddings=True, head_dim=16, hidden_size=64,
               bos_token_id=300, eos_token_id=[301, 302],
               rope_scaling={"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                             "original_max_position_embeddings": 8192, "rope_type": "llama3"}),
         s.decoder(), bpe("llama3", config={"chat_template": CHATML}), published="llama-bpe", pre="llama-bpe",
         files={"README.md": CARD, "generation_config.json": GENERATION}),
    Case("llama3-8b-rope", "Llama-3.1-8B-Instruct",
         llama(num_attention_heads=2, num_key_value_heads=1, head_dim=128, rope_theta=500000.0, num_hidden_layers=1,
               max_position_embeddings=131072,
               rope_scaling={"factor": 8.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                             "original_max_position_embeddings": 8192, "rope_type": "llama3"}),
         s.decoder(), bpe("llama3"), published="llama-bpe", pre="llama-bpe"),
    Case("llama3-1b-rope", "Llama-3.2-1B",
         llama(num_attention_heads=2, num_key_value_heads=1, head_dim=64, rope_theta=500000.0, num_hidden_layers=1,
               max_position_embeddings=131072, tie_word_embeddings=True,
               rope_scaling={"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                             "original_max_position_embeddings": 8192, "rope_type": "llama3"}),
         s.decoder(), bpe("llama3"), published="llama-bpe", pre="llama-bpe"),
    Case("llama2-spm", "ALLaM-7B-Instruct-preview", llama(pad_token_id=0), s.decoder(),
         spm(extra=[("[PAD]", True), ("<|night|>", False), ("▁plain", False)], config={"add_prefix_space": False}),
         files={"chat_template.jinja": INST}),
    Case("llama-spm-f16", "TinyLlama-1.1B-Chat-v1.0", llama(num_key_value_heads=4), s.decoder(),
         spm(with_json=False, config={"chat_template": [{"name": "default", "template": INST},
                                                        {"name": "tool use", "template": CHATML}]}), dtype="float16"),
    Case("llama-biases", "AceGPT-v2-8B", llama(attention_bias=True, num_attention_heads=8, num_key_value_heads=2),
         s.decoder("q_proj", "k_proj", "v_proj", "o_proj"), spm(), dtype="float32"),
    Case("llama-transformers5", "Llama-3.1-8B-Arabic",
         {**without(llama(), "rope_theta", "torch_dtype"), "dtype": "bfloat16", "transformers_version": "5.0.0",
          "rope_parameters": {"rope_theta": 500000.0, "rope_type": "llama3", "factor": 8.0, "high_freq_factor": 4.0,
                              "low_freq_factor": 1.0, "original_max_position_embeddings": 8192}},
         s.decoder(), bpe("llama3"), published="llama-bpe", pre="llama-bpe", shards=2),
    Case("deepseek-r1-llama", "DeepSeek-R1-Distill-Llama-8B", llama(rope_theta=500000.0), s.decoder(),
         bpe("deepseek-r1-llama", config={"chat_template": CHATML}), published="llama-bpe", pre="llama-bpe"),
    Case("falcon3", "Falcon3-1B-Instruct", llama(head_dim=32, rope_theta=1000042), s.decoder(), bpe("falcon3"),
         published="falcon3", pre="llama-bpe"),
    Case("smollm2", "SmolLM2-360M-Instruct",
         llama(hidden_size=48, num_attention_heads=3, num_key_value_heads=1, intermediate_size=80, vocab_size=49152,
               tie_word_embeddings=True, rope_theta=100000), s.decoder(),
         bpe("smollm2", string_merges=True, config={"chat_template": CHATML}), dtype="float32", published="smollm",
         pre="smollm"),
    Case("mistral-nemo", "Mistral-Nemo-Instruct-2407",
         of("MistralForCausalLM", "mistral", head_dim=32, sliding_window=None, rope_theta=1000000.0),
         s.decoder(), bpe("tekken", spaced_merges=True), published="tekken", pre="tekken",
         files={"chat_template.json": {"chat_template": INST}}),
    Case("ministral", "Ministral-8B-Instruct-2410",
         of("MistralForCausalLM", "mistral", head_dim=16, sliding_window=32768, rope_theta=100000000.0), s.decoder(),
         bpe("tekken"), published="tekken", pre="tekken"),
    Case("mistral-tekken", "Mistral-Small-3-Instruct-2501",
         of("MistralForCausalLM", "mistral", head_dim=16, sliding_window=None, rope_theta=100000000.0), s.decoder(),
         tekken("v7"), vocab_multiple=1, own=TEKKEN_OWN),
    Case("ministral3-tekken", "Ministral-3-8B-Instruct-2512",
         of("MistralForCausalLM", "mistral", head_dim=16, sliding_window=None), s.decoder(),
         tekken("v13", specials=TEKKEN_SPECIALS), vocab_multiple=1, own=TEKKEN_OWN,
         files={"chat_template.jinja": INST}),
    Case("mistral-7b", "Mistral-7B-Instruct-v0.3", of("MistralForCausalLM", "mistral", sliding_window=None), s.decoder(),
         spm(extra=[("[INST]", True), ("[/INST]", True)]), shards=3),
    Case("mixtral", "Mixtral-8x7B-Instruct-v0.1",
         of("MixtralForCausalLM", "mixtral", num_local_experts=12, num_experts_per_tok=2, rope_theta=1000000.0),
         s.experts(s.decoder(dense=False), "block_sparse_moe", ("w1", "w3", "w2")), spm(), shards=3, scatter=True),
    Case("ministral3", "Ministral-3-3B-Instruct-2512",
         {"architectures": ["Mistral3ForConditionalGeneration"], "model_type": "mistral3",
          "text_config": without(of("", "ministral3", head_dim=16, sliding_window=None, rope_parameters={
              "rope_theta": 1000000.0, "rope_type": "yarn", "type": "yarn", "factor": 16.0, "beta_fast": 32.0,
              "beta_slow": 1.0, "mscale": 1.0, "mscale_all_dim": 1.0, "original_max_position_embeddings": 16384,
              "llama_4_scaling_beta": 0.1}), "architectures", "rope_theta"),
          "vision_config": {"model_type": "pixtral"}},
         s.decoder(prefix="language_model."), bpe("tekken"), published="tekken", pre="tekken"),
    Case("phi2", "phi-2",
         without(of("PhiForCausalLM", "phi", partial_rotary_factor=0.4, layer_norm_eps=1e-05, num_key_value_heads=4,
                    intermediate_size=256), "rms_norm_eps"),
         s.phi, bpe("phi2", extra=[(" " * n, False) for n in (4, 3, 2)] + [("\t\t", False)], extra_normalized=True),
         dtype="float16", published="phi-2", pre="granite-docling"),
    Case("phi2-legacy-files", "phi-1_5",
         without(of("PhiForCausalLM", "phi", num_key_value_heads=4, intermediate_size=256), "rms_norm_eps"), s.phi,
         bpe("phi2", legacy_files=True, extra=[("<night>", False)]), published="phi-2", pre="granite-docling"),
    Case("phi3-mini", "Phi-3.5-mini-instruct",
         of("Phi3ForCausalLM", "phi3", num_key_value_heads=4, sliding_window=262144, max_position_embeddings=131072,
            original_max_position_embeddings=4096, rope_scaling=longrope(8)),
         s.phi3, spm("phi3", added_tokens_file=True)),
    Case("phi3-su", "Phi-3-mini-128k-instruct",
         of("Phi3ForCausalLM", "phi3", num_key_value_heads=4, sliding_window=262144, max_position_embeddings=131072,
            original_max_position_embeddings=4096, rope_scaling={**longrope(8), "type": "su"}), s.phi3, spm("phi3")),
    Case("phi4", "phi-4",
         of("Phi3ForCausalLM", "phi3", sliding_window=None, max_position_embeddings=16384, rope_theta=250000,
            original_max_position_embeddings=16384), s.phi3, bpe("phi4"), published="dbrx", pre="dbrx"),
    Case("phi4-mini", "Phi-4-mini-instruct",
         of("Phi3ForCausalLM", "phi3", partial_rotary_factor=0.75, max_position_embeddings=131072,
            original_max_position_embeddings=4096, sliding_window=262144, rope_scaling=longrope(6),
            tie_word_embeddings=True), s.phi3, bpe("phi4-mini"), published="gpt-4o", pre="gpt-4o"),
    Case("phi4-mini-transformers5", "Phi-4-mini-reasoning",
         {**without(of("Phi3ForCausalLM", "phi3", tie_word_embeddings=True, max_position_embeddings=131072,
                       original_max_position_embeddings=4096, sliding_window=262144), "rope_theta"),
          "rope_parameters": {**without(longrope(6), "type"), "rope_type": "longrope", "rope_theta": 10000.0,
                              "partial_rotary_factor": 0.75, "original_max_position_embeddings": 4096}},
         s.phi3, bpe("phi4-mini"), published="gpt-4o", pre="gpt-4o"),
    Case("phimoe", "Phi-3.5-MoE-instruct", _PHI_MOE,
         s.with_bias(s.experts(s.decoder(dense=False), "block_sparse_moe", ("w1", "w3", "w2")),
                     "proj", "norm", "lm_head"), spm("phi3")),
    Case("phi3-vision", "Phi-3.5-vision-instruct",
         of("Phi3VForCausalLM", "phi3_v", num_key_value_heads=4, sliding_window=262144, max_position_embeddings=131072,
            original_max_position_embeddings=4096, rope_scaling={**longrope(8), "type": "su"}),
         s.phi3_vision, spm("phi3"), reference={"architectures": ["Phi3ForCausalLM"], "model_type": "phi3"}),
    Case("qwen2", "Qwen2.5-0.5B-Instruct",
         of("Qwen2ForCausalLM", "qwen2", rms_norm_eps=1e-06, sliding_window=32768, use_sliding_window=False,
            tie_word_embeddings=True, rope_theta=1000000.0), s.decoder("q_proj", "k_proj", "v_proj"),
         bpe("qwen2", extra=[("<tool_call>", False), ("<|fim_prefix|>", False)], config={"chat_template": CHATML}),
         published="qwen2", pre="qwen2", vocab_multiple=128),
    Case("qwen2-legacy-files", "Qwen1.5-0.5B-Chat", of("Qwen2ForCausalLM", "qwen2"),
         s.decoder("q_proj", "k_proj", "v_proj"), bpe("qwen2", legacy_files=True), published="qwen2", pre="qwen2"),
    Case("deepseek-r1-qwen", "DeepSeek-R1-Distill-Qwen-1.5B", of("Qwen2ForCausalLM", "qwen2", rms_norm_eps=1e-06),
         s.decoder("q_proj", "k_proj", "v_proj"), bpe("deepseek-r1-qwen"), published="deepseek-r1-qwen", pre="qwen2"),
    Case("qwen3", "Qwen3-0.6B", of("Qwen3ForCausalLM", "qwen3", head_dim=32, rms_norm_eps=1e-06),
         s.decoder(qk_norm="head"), bpe("qwen2", extra=[("<think>", False), ("</think>", False)]), published="qwen2",
         pre="qwen2", files={"chat_template.jinja": CHATML, "additional_chat_templates/rag.jinja": INST}),
    Case("qwen3-moe", "Qwen3-30B-A3B",
         of("Qwen3MoeForCausalLM", "qwen3_moe", head_dim=16, num_experts=11, num_experts_per_tok=2,
            moe_intermediate_size=32, decoder_sparse_step=1, mlp_only_layers=[], norm_topk_prob=True),
         s.experts(s.decoder(qk_norm="head", dense=False), "mlp", ("gate_proj", "up_proj", "down_proj")), bpe("qwen2"),
         published="qwen2", pre="qwen2", shards=4, scatter=True),
    Case("qwen3-moe-transformers5", "Qwen3-30B-A3B-Thinking-2507",
         {**without(of("Qwen3MoeForCausalLM", "qwen3_moe", head_dim=16, num_experts=6, num_experts_per_tok=2,
                       moe_intermediate_size=32), "rope_theta"),
          "rope_parameters": {"rope_theta": 10000000, "rope_type": "default"}},
         s.stacked_experts(s.decoder(qk_norm="head", dense=False)), bpe("qwen2"), published="qwen2", pre="qwen2"),
    Case("gemma", "gemma-2b-it", of("GemmaForCausalLM", "gemma", head_dim=32, num_key_value_heads=1),
         lambda c: s.decoder()({**c, "tie_word_embeddings": True}), spm("gemma", config={"chat_template": INST}),
         values=offset_norms),
    Case("gemma2", "SILMA-9B-Instruct-v1.0",
         of("Gemma2ForCausalLM", "gemma2", head_dim=32, sliding_window=4096, attn_logit_softcapping=50.0,
            final_logit_softcapping=30.0, query_pre_attn_scalar=32),
         s.decoder(norms=FOUR_NORMS), spm("gemma"), values=offset_norms, shards=2),
    Case("gemma2-f16", "Fanar-1-9B-Instruct", of("Gemma2ForCausalLM", "gemma2", head_dim=16),
         lambda c: s.decoder(norms=FOUR_NORMS)({**c, "tie_word_embeddings": True}), spm("gemma"), values=offset_norms,
         dtype="float16"),
    Case("gemma3", "gemma-3-1b-it",
         of("Gemma3ForCausalLM", "gemma3_text", head_dim=32, num_key_value_heads=1, sliding_window=512,
            rope_theta=1000000, rope_local_base_freq=10000, sliding_window_pattern=6, tie_word_embeddings=True),
         s.decoder(qk_norm="head", norms=FOUR_NORMS), spm("gemma"), values=offset_norms),
    Case("gemma3-multimodal", "gemma-3-4b-it",
         {"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "eos_token_id": [1, 9],
          "text_config": {"model_type": "gemma3_text", "hidden_size": 64, "intermediate_size": 96,
                          "num_hidden_layers": 2, "sliding_window": 1024,
                          "rope_scaling": {"factor": 8.0, "rope_type": "linear"}},
          "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 32, "num_hidden_layers": 1}},
         lambda c: s.gemma3_multimodal({**c, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256}),
         spm("gemma"), values=offset_norms, shards=2),
    Case("gemma3-transformers5", "gemma-3-270m-it",
         {**without(of("Gemma3ForCausalLM", "gemma3_text", head_dim=32, num_key_value_heads=1, sliding_window=512,
                       tie_word_embeddings=True), "rope_theta"),
          "layer_types": ["sliding_attention", "full_attention"],
          "rope_parameters": {"full_attention": {"rope_theta": 1000000.0, "rope_type": "default"},
                              "sliding_attention": {"rope_theta": 10000.0, "rope_type": "default"}}},
         s.decoder(qk_norm="head", norms=FOUR_NORMS), spm("gemma"), values=offset_norms),
    Case("olmo2", "OLMo-2-0425-1B-Instruct", of("Olmo2ForCausalLM", "olmo2", rope_theta=500000),
         s.decoder(qk_norm="all", norms=("post_attention_layernorm", "post_feedforward_layernorm")), bpe("olmo2"),
         published="dbrx", pre="dbrx"),
    Case("granite", "granite-3.3-2b-instruct",
         of("GraniteForCausalLM", "granite", attention_multiplier=0.015625, embedding_multiplier=12.0,
            logits_scaling=8.0, residual_multiplier=0.22, tie_word_embeddings=True),
         s.decoder(), bpe("granite"), published="refact", pre="refact"),
    Case("stablelm2", "stablelm-2-zephyr-1_6b",
         without(of("StableLmForCausalLM", "stablelm", partial_rotary_factor=0.25, layer_norm_eps=1e-05,
                    use_qkv_bias=True), "rms_norm_eps"),
         s.decoder("q_proj", "k_proj", "v_proj", "layernorm", "model.norm"), bpe("stablelm2"), published="stablelm2",
         pre="stablelm2", dtype="float16"),
    Case("smollm3", "SmolLM3-3B",
         of("SmolLM3ForCausalLM", "smollm3", no_rope_layers=[1, 0], tie_word_embeddings=True, rope_theta=5000000.0),
         s.decoder(), bpe("smollm3"), published="smaug-bpe", pre="llama-bpe"),
    Case("command-r", "c4ai-command-r-v01",
         without(of("CohereForCausalLM", "cohere", layer_norm_eps=1e-05, logit_scale=0.0625, model_max_length=131072,
                    rope_theta=8000000.0, use_qk_norm=False, tie_word_embeddings=True), "rms_norm_eps"),
         s.decoder(norms=("input_layernorm",)), bpe("command-r", config={"chat_template": CHATML}), dtype="float16",
         published="command-r", pre="smollm"),
    Case("command-r-plus", "c4ai-command-r-plus",
         without(of("CohereForCausalLM", "cohere", layer_norm_eps=1e-05, logit_scale=0.8333333333333334,
                    use_qk_norm=True, tie_word_embeddings=True), "rms_norm_eps"),
         s.cohere_qk_norm, bpe("command-r"), published="command-r", pre="smollm"),
    Case("command-r7b-arabic", "c4ai-command-r7b-arabic-02-2025",
         without(of("Cohere2ForCausalLM", "cohere2", layer_norm_eps=1e-05, logit_scale=0.25, rotary_pct=1.0,
                    sliding_window=4096, rope_theta=50000, tie_word_embeddings=True, sliding_window_pattern=4),
                 "rms_norm_eps"),
         s.decoder("q_proj", "input_layernorm", norms=("input_layernorm",)), bpe("command-r"), values=zero_biases, eager=True,
         published="command-r", pre="smollm"),
    Case("jais", "jais-family-590m-chat",
         {"architectures": ["JAISLMHeadModel"], "model_type": "jais", "activation_function": "swiglu",
          "position_embedding_type": "alibi", "n_embd": 64, "n_head": 4, "n_layer": 2, "n_inner": 96,
          "n_positions": 2048, "layer_norm_epsilon": 1e-05, "mup_embeddings_scale": 9.1705785388303,
          "mup_output_alpha": 1.09518349815769, "mup_width_scale": 0.16666666666666666, "scale_attn_weights": True},
         s.jais, bpe("jais"), values=jais_values, eager=True, published="jais", pre="granite-docling", dtype="float32"),
    Case("jais-13b-f16", "jais-13b-chat",
         {"architectures": ["JAISLMHeadModel"], "model_type": "jais", "activation_function": "swiglu",
          "position_embedding_type": "alibi", "n_embd": 96, "n_head": 6, "n_layer": 1, "n_inner": 64,
          "n_positions": 2048, "layer_norm_epsilon": 1e-05, "embeddings_scale": 14.6, "width_scale": 0.11100000000000002},
         s.jais, bpe("jais"), values=jais_values, eager=True, published="jais", pre="granite-docling", dtype="float16"),
    Case("falcon-h1", "Falcon-H1-0.5B-Instruct", _FALCON_H1, s.falcon_h1, bpe("falcon-h1"), values=falcon_h1_values,
         published="falcon-h1", pre="llama-bpe", vocab_multiple=16),
    Case("falcon-h1-f16", "Falcon-H1-1.5B-Deep-Instruct",
         {**_FALCON_H1, "mamba_rms_norm": False, "tie_word_embeddings": True, "mamba_n_groups": 1}, s.falcon_h1,
         bpe("falcon-h1"), values=falcon_h1_values, published="falcon-h1", pre="llama-bpe", vocab_multiple=16,
         dtype="float16"),
    # Wide enough for blocks of 256, deep enough for mixtures that treat some layers better than others.
    Case("wide-llama", "Llama-3.2-3B",
         llama(hidden_size=256, intermediate_size=512, num_hidden_layers=9, tie_word_embeddings=True, head_dim=64),
         s.decoder(), bpe("llama3"), published="llama-bpe", pre="llama-bpe", quantized=(*MIXED, *MORE)),
    Case("wide-llama-untied-f16", "Falcon3-7B-Base",
         llama(hidden_size=256, intermediate_size=768, num_hidden_layers=4, num_attention_heads=8, num_key_value_heads=1),
         s.decoder(), bpe("falcon3"), published="falcon3", pre="llama-bpe", dtype="float16", quantized=MIXED),
    Case("wide-mixtral", "Mixtral-8x7B-v0.1",
         of("MixtralForCausalLM", "mixtral", hidden_size=256, intermediate_size=256, num_local_experts=8,
            num_experts_per_tok=2), s.experts(s.decoder(dense=False), "block_sparse_moe", ("w1", "w3", "w2")), spm(),
         quantized=MIXED),
    Case("wide-phi3", "Phi-3-medium-4k-instruct",
         of("Phi3ForCausalLM", "phi3", hidden_size=256, intermediate_size=512, num_hidden_layers=6, sliding_window=2047),
         s.phi3, spm("phi3"), quantized=MIXED),
    Case("wide-gemma2-f32", "gemma-2-9b",
         of("Gemma2ForCausalLM", "gemma2", hidden_size=256, intermediate_size=512, num_hidden_layers=5, head_dim=64),
         lambda c: s.decoder(norms=FOUR_NORMS)({**c, "tie_word_embeddings": True}), spm("gemma"), values=offset_norms,
         dtype="float32", quantized=MIXED),
    Case("wide-falcon-h1", "Falcon-H1-1.5B-Base",
         {**_FALCON_H1, "hidden_size": 256, "intermediate_size": 512, "head_dim": 64, "mamba_d_ssm": 256,
          "mamba_n_heads": 8, "mamba_d_head": 32}, s.falcon_h1, bpe("falcon-h1"), values=falcon_h1_values,
         published="falcon-h1", pre="llama-bpe", quantized=MIXED, vocab_multiple=16),
    Case("narrow-qwen2", "Qwen2-0.5B",
         of("Qwen2ForCausalLM", "qwen2", hidden_size=96, intermediate_size=160, num_attention_heads=6,
            num_key_value_heads=2, tie_word_embeddings=True), s.decoder("q_proj", "k_proj", "v_proj"), bpe("qwen2"),
         published="qwen2", pre="qwen2", quantized=(*MIXED, *MORE)),
)  # fmt: skip

# What the reference cannot convert: its stacking of StableLM 2 12B's norms loses them and ends with an error.
BEYOND_THE_REFERENCE: tuple[Case, ...] = (
    Case("stablelm2-12b", "stablelm-2-12b-chat",
         without(of("StableLmForCausalLM", "stablelm", layer_norm_eps=1e-05, qk_layernorm=True,
                    use_parallel_residual=True, num_attention_heads=16, hidden_size=256), "rms_norm_eps"),
         s.stablelm_per_head_norms, bpe("stablelm2"), published="stablelm2", pre="stablelm2", shards=2, scatter=True),
)  # fmt: skip

BY_NAME = {case.name: case for case in CASES}
