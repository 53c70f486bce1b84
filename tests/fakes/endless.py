"""The bundled model kept from ending its replies, for what is stopped or killed in the middle of one."""

from __future__ import annotations

from desktop.core.generation import GenerationParams

ENDS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
"""Tokens 0, 1, 2 of its vocabulary."""
ENDLESS = GenerationParams(
    temperature=2.0, top_p=1.0, min_p=0.0, top_k=0, seed=1, logit_bias=tuple((id, -1000.0) for id in range(len(ENDS)))
)
"""Only a full context ends such a reply."""
