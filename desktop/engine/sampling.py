"""From sampling parameters to llama.cpp's sampler chain."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

from desktop.core.generation import GenerationParams
from desktop.engine.llama import Model


class GrammarError(Exception):
    """A grammar that does not parse."""


class Sampler:
    """llama.cpp's sampler chain for one reply, in the order of its own programs. What is switched off is left out.

    before: tokens that the penalties look back on. Raises GrammarError.
    """

    def __init__(self, model: Model, params: GenerationParams, seed: int, before: Sequence[int] = ()) -> None:
        api = self.api = model.api
        chain_params = api.llama_sampler_chain_default_params()
        chain_params.no_perf = True
        self.pointer = api.llama_sampler_chain_init(chain_params)
        try:
            self._constrain(model, params)
            self._penalize(model, params)
            self._choose(model, params, seed)
        except BaseException:
            self.close()
            raise
        looks_back = max(
            params.repeat_last_n if self._penalizes(params) else 0, params.dry_last_n if params.dry_multiplier else 0
        )
        for token in before[-looks_back:] if looks_back and not params.grammar else ():
            api.llama_sampler_accept(self.pointer, token)

    def _constrain(self, model: Model, params: GenerationParams) -> None:
        if params.grammar:
            model.library.log.clear()
            grammar = self.api.llama_sampler_init_grammar(model.vocab, params.grammar.encode(), b"root")
            if not grammar:
                raise GrammarError(model.library.last_words())
            self._add(grammar)
        biases = [(token, bias) for token, bias in params.logit_bias if 0 <= token < model.size]
        if biases:
            array = (self.api.llama_logit_bias * len(biases))(*biases)
            self._add(self.api.llama_sampler_init_logit_bias(model.size, len(biases), array))

    @staticmethod
    def _penalizes(params: GenerationParams) -> bool:
        penalties = (params.repeat_penalty != 1.0, params.presence_penalty, params.frequency_penalty)
        return params.repeat_last_n > 0 and any(penalties)

    def _penalize(self, model: Model, params: GenerationParams) -> None:
        if self._penalizes(params):
            self._add(
                self.api.llama_sampler_init_penalties(
                    model.size,
                    params.repeat_last_n,
                    params.repeat_penalty,
                    params.frequency_penalty,
                    params.presence_penalty,
                )
            )
        if params.dry_multiplier > 0:
            breakers = (ctypes.c_char_p * 4)(b"\n", b":", b'"', b"*")
            self._add(
                self.api.llama_sampler_init_dry(
                    model.vocab,
                    params.dry_multiplier,
                    params.dry_base,
                    params.dry_allowed_length,
                    params.dry_last_n,
                    breakers,
                    len(breakers),
                )
            )

    def _choose(self, model: Model, params: GenerationParams, seed: int) -> None:
        api = self.api
        if params.temperature <= 0:
            self._add(api.llama_sampler_init_greedy())
            return
        if params.mirostat:
            self._add(api.llama_sampler_init_temp(params.temperature))
            if params.mirostat == 1:
                tau, eta = params.mirostat_tau, params.mirostat_eta
                self._add(api.llama_sampler_init_mirostat(model.size, seed, tau, eta, 100))
            else:
                self._add(api.llama_sampler_init_mirostat_v2(seed, params.mirostat_tau, params.mirostat_eta))
            return
        if params.top_n_sigma >= 0:
            self._add(api.llama_sampler_init_top_n_sigma(params.top_n_sigma))
        if params.top_k > 0:
            self._add(api.llama_sampler_init_top_k(params.top_k))
        if params.typical_p < 1:
            self._add(api.llama_sampler_init_typical(params.typical_p, 1))
        if params.top_p < 1:
            self._add(api.llama_sampler_init_top_p(params.top_p, 1))
        if params.min_p > 0:
            self._add(api.llama_sampler_init_min_p(params.min_p, 1))
        if params.xtc_probability > 0:
            self._add(api.llama_sampler_init_xtc(params.xtc_probability, params.xtc_threshold, 1, seed))
        if params.dynatemp_range > 0:
            spread, exponent = params.dynatemp_range, params.dynatemp_exponent
            self._add(api.llama_sampler_init_temp_ext(params.temperature, spread, exponent))
        else:
            self._add(api.llama_sampler_init_temp(params.temperature))
        self._add(api.llama_sampler_init_dist(seed))

    def _add(self, sampler: Any) -> None:
        self.api.llama_sampler_chain_add(self.pointer, sampler)

    def close(self) -> None:
        if self.pointer:
            self.api.llama_sampler_free(self.pointer)
            self.pointer = None
