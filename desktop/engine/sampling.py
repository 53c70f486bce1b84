"""From sampling parameters to llama.cpp's samplers: its own order, so that a seed gives what its programs give.

Order (common/sampling.cpp of llama.cpp): logit bias, penalties, DRY, top-n-sigma, top-k, typical, top-p, min-p, XTC,
temperature, choice. A grammar does not go first: a token is chosen as without it and only asked about; where the grammar
forbids it, all others are asked about and the choice is made anew. So a grammar costs one question per token instead of
one for each token of the vocabulary.
"""

from __future__ import annotations

import codecs
import contextlib
import ctypes
from collections.abc import Sequence
from typing import Any

from desktop.core import grammar as gbnf
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, TokenChoice
from desktop.engine.llama import Model

_FORBIDDEN = float("-inf")


class Sampler:
    """What chooses the tokens of one reply. `pointer` is for llama_sampler_sample.

    before: tokens that the penalties look back on. tags, thinking_open: a reply that thinks obeys its grammar behind its
    thinking. written: the reply's beginning when it goes on. probabilities: how many alternatives of each token `taken`
    gives. Raises SamarError grammar_broken, grammar_unfit, schema_broken, schema_unsupported.
    """

    def __init__(
        self,
        model: Model,
        params: GenerationParams,
        seed: int,
        before: Sequence[int] = (),
        *,
        tags: Sequence[tuple[str, str]] = (),
        thinking_open: bool = False,
        written: str = "",
        probabilities: int = 0,
    ) -> None:
        self.api = model.api
        self._model = model
        self._guard: _Guard | None = None
        self.pointer = self._chain = _new_chain(self.api)
        try:
            self._bias(model, params)
            self._penalize(model, params)
            self._choose(model, params, seed)
            looks_back = max(
                params.repeat_last_n if _penalizes(params) else 0, params.dry_last_n if params.dry_multiplier else 0
            )
            for token in before[-looks_back:] if looks_back else ():
                self.api.llama_sampler_accept(self._chain, token)
            grammar = params.grammar or _schema_grammar(params.json_schema)
            if grammar or probabilities:
                self._guard = _Guard(model, self._chain, probabilities)
                self.pointer = self._guard.pointer
            if grammar and self._guard:
                self._guard.constrain(grammar, () if written else tags, thinking_open=thinking_open, written=written)
        except BaseException:
            self.close()
            raise

    def follow(self, tokens: Sequence[int]) -> bool:
        """Take tokens that were not chosen as written. False where the grammar forbids them; nothing is changed then."""
        if self._guard and not self._guard.follow(tokens):
            return False
        for token in tokens:
            self.api.llama_sampler_accept(self._chain, token)
        return True

    def taken(self) -> list[TokenChoice]:
        """The tokens chosen since the last call, with their probabilities; [] unless they were asked for."""
        return self._guard.taken() if self._guard else []

    def _bias(self, model: Model, params: GenerationParams) -> None:
        biases = [(token, bias) for token, bias in params.logit_bias if 0 <= token < model.size]
        biases += [(token, _FORBIDDEN) for token in model.suppressed_tokens()]
        if biases:
            array = (self.api.llama_logit_bias * len(biases))(*biases)
            self._add(self.api.llama_sampler_init_logit_bias(model.size, len(biases), array))

    def _penalize(self, model: Model, params: GenerationParams) -> None:
        if params.mirostat:  # as in llama.cpp's programs, it works alone
            return
        if _penalizes(params):
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
            breakers = [text.encode() for text in params.dry_breakers if text]
            self._add(
                self.api.llama_sampler_init_dry(
                    model.vocab,
                    params.dry_multiplier,
                    params.dry_base,
                    params.dry_allowed_length,
                    params.dry_last_n,
                    (ctypes.c_char_p * max(len(breakers), 1))(*breakers),
                    len(breakers),
                )
            )

    def _choose(self, model: Model, params: GenerationParams, seed: int) -> None:
        api = self.api
        if params.mirostat and params.temperature > 0:
            self._add(api.llama_sampler_init_temp(params.temperature))
            if params.mirostat == 1:
                tau, eta = params.mirostat_tau, params.mirostat_eta
                self._add(api.llama_sampler_init_mirostat(model.size, seed, tau, eta, 100))
            else:
                self._add(api.llama_sampler_init_mirostat_v2(seed, params.mirostat_tau, params.mirostat_eta))
            return
        if params.temperature <= 0 and params.typical_p >= 1 and params.xtc_probability <= 0:
            self._add(api.llama_sampler_init_greedy())  # nothing of the rest can take the likeliest token away
            return
        if params.top_n_sigma >= 0:
            self._add(api.llama_sampler_init_top_n_sigma(params.top_n_sigma))
        if params.top_k > 0:
            self._add(api.llama_sampler_init_top_k(params.top_k))
        if params.typical_p < 1:
            self._add(api.llama_sampler_init_typical(params.typical_p, 0))
        if params.top_p < 1:
            self._add(api.llama_sampler_init_top_p(params.top_p, 0))
        if params.min_p > 0:
            self._add(api.llama_sampler_init_min_p(params.min_p, 0))
        if params.xtc_probability > 0:
            self._add(api.llama_sampler_init_xtc(params.xtc_probability, params.xtc_threshold, 0, seed))
        if params.temperature <= 0:
            self._add(api.llama_sampler_init_greedy())
            return
        if params.dynatemp_range > 0:
            spread, exponent = params.dynatemp_range, params.dynatemp_exponent
            self._add(api.llama_sampler_init_temp_ext(params.temperature, spread, exponent))
        else:
            self._add(api.llama_sampler_init_temp(params.temperature))
        if params.adaptive_target >= 0:
            self._add(api.llama_sampler_init_adaptive_p(params.adaptive_target, params.adaptive_decay, seed))
        else:
            self._add(api.llama_sampler_init_dist(seed))

    def _add(self, sampler: Any) -> None:
        self.api.llama_sampler_chain_add(self._chain, sampler)

    def close(self) -> None:
        """Free everything. Raises what went wrong inside a callback, where nothing can be raised."""
        guard, self._guard = self._guard, None
        chain, self._chain, self.pointer = self._chain, None, None
        if guard is not None:
            guard.close()
        if chain:
            self.api.llama_sampler_free(chain)
        if guard is not None and guard.problem is not None:
            raise guard.problem


def _schema_grammar(schema: str | None) -> str:
    """The grammar of a JSON schema, "" for none. Raises SamarError."""
    if not schema:
        return ""
    from desktop.core.json_schema import to_grammar  # most replies need none

    return to_grammar(schema)


def _penalizes(params: GenerationParams) -> bool:
    penalties = (params.repeat_penalty != 1.0, params.presence_penalty, params.frequency_penalty)
    return params.repeat_last_n > 0 and any(penalties)


def _new_chain(api: Any) -> Any:
    params = api.llama_sampler_chain_default_params()
    params.no_perf = True
    return api.llama_sampler_chain_init(params)


class _Guard:
    """A sampler of our own around a chain: keeps its choices inside a grammar and notes their probabilities.

    It is llama.cpp's interface for samplers, so whoever samples knows nothing of it. An array of candidates comes in the
    order of the vocabulary, with the model's own logits.
    """

    def __init__(self, model: Model, chain: Any, probabilities: int) -> None:
        self.api = api = model.api
        self._model, self._chain, self._count = model, chain, probabilities
        self._grammar: Any = None
        self._pending = b""
        """The bytes of a letter that the last token began."""
        self._texts: dict[int, bytes] = {}
        self._taken: list[TokenChoice] = []
        self._ended = False
        """Nothing may follow, or something went wrong."""
        self.problem: BaseException | None = None
        self._saved = (api.llama_token_data * model.size)()
        self._bytes = ctypes.sizeof(self._saved)
        self._one = (api.llama_token_data * 1)()
        self._interface = api.llama_sampler_i(
            accept=api.llama_sampler_i_accept(self._on_accept), apply=api.llama_sampler_i_apply(self._on_apply)
        )
        self._softmax = self._best = None
        if probabilities:
            self._softmax = api.llama_sampler_init_dist(0)  # gives every candidate its probability
            self._best = api.llama_sampler_init_top_k(min(probabilities, model.size))
        self.pointer = _new_chain(api)  # a chain keeps its array of candidates between tokens
        api.llama_sampler_chain_add(self.pointer, api.llama_sampler_init(ctypes.byref(self._interface), None))

    def close(self) -> None:
        for sampler in (self.pointer, self._grammar, self._softmax, self._best):
            if sampler:
                self.api.llama_sampler_free(sampler)
        self.pointer = self._grammar = self._softmax = self._best = None

    def constrain(self, grammar: str, tags: Sequence[tuple[str, str]], *, thinking_open: bool, written: str) -> None:
        """Hold the choices to `grammar`. Raises SamarError."""
        try:
            gbnf.check(grammar)
        except gbnf.GrammarError as problem:
            raise SamarError("grammar_broken", reason=problem) from problem
        root = "root"
        if tags:
            grammar, root = gbnf.with_thinking(grammar, tags, opened=thinking_open), "samar-root"
        log = self._model.library.log
        log.clear()
        self._grammar = self.api.llama_sampler_init_grammar(self._model.vocab, grammar.encode(), root.encode())
        if not self._grammar:
            words = self._model.library.last_words()
            reason = "a rule begins with itself" if "left recursion" in words else words
            raise SamarError("grammar_broken", reason=reason)
        for token in self._model.tokenize(written, add_special=False, parse_special=False) if written else ():
            if not self._allows(token):
                raise SamarError("grammar_unfit")
            self._accept(token)

    def follow(self, tokens: Sequence[int]) -> bool:
        """Move the grammar behind `tokens`. False where it forbids one; it stays where it was then."""
        if not self._grammar:
            return True
        before, pending = self._grammar, self._pending
        self._grammar = self.api.llama_sampler_clone(before)
        for token in tokens:
            if not (self._allows(token) and self._completes(token)):
                self.api.llama_sampler_free(self._grammar)
                self._grammar, self._pending = before, pending
                return False
            self._accept(token)
        self.api.llama_sampler_free(before)
        return True

    def taken(self) -> list[TokenChoice]:
        taken, self._taken = self._taken, []
        return taken

    # ---- called by native code, where nothing may be raised

    def _on_apply(self, _sampler: Any, array: Any) -> None:
        try:
            if not self._ended:
                self._apply(array)
        except BaseException as problem:
            self.problem, self._ended = problem, True
        if self._ended:
            self._end(array.contents)

    def _on_accept(self, _sampler: Any, token: int) -> None:
        try:
            self.api.llama_sampler_accept(self._chain, token)
            if not self._ended:
                self._accept(token)
        except BaseException as problem:
            self.problem, self._ended = problem, True

    def _end(self, candidates: Any) -> None:
        candidates.data[0].id = self._model.end_token
        candidates.size, candidates.selected, candidates.sorted = 1, 0, False

    def _apply(self, array: Any) -> None:
        candidates = array.contents
        place, size = ctypes.cast(candidates.data, ctypes.c_void_p).value or 0, candidates.size
        if size != len(self._saved):
            raise RuntimeError(f"{size} candidates of {len(self._saved)}")
        ctypes.memmove(self._saved, place, self._bytes)
        self.api.llama_sampler_apply(self._chain, array)
        token = candidates.data[candidates.selected].id
        if self._grammar and not (self._allows(token) and self._completes(token)):
            self._restore(candidates, place, size)
            self.api.llama_sampler_apply(self._grammar, array)
            kept = (self.api.llama_token_data * size).from_address(place)
            masked = (self.api.llama_token_data * size).from_buffer_copy(kept)
            while True:
                self.api.llama_sampler_apply(self._chain, array)
                chosen = candidates.data[candidates.selected]
                token = chosen.id
                if masked[token].logit == _FORBIDDEN:  # the vocabulary has no token that could follow
                    self._ended = True
                    return
                if self._completes(token):
                    break
                masked[token].logit = _FORBIDDEN
                ctypes.memmove(place, masked, self._bytes)
                candidates.size, candidates.selected, candidates.sorted = size, -1, False
        if self._count:
            self._note(token, size)

    def _restore(self, candidates: Any, place: int, size: int) -> None:
        ctypes.memmove(place, self._saved, self._bytes)
        candidates.size, candidates.selected, candidates.sorted = size, -1, False

    def _allows(self, token: int) -> bool:
        self._one[0].id, self._one[0].logit = token, 1.0
        array = self.api.llama_token_data_array(data=self._one, size=1, selected=-1, sorted=False)
        self.api.llama_sampler_apply(self._grammar, ctypes.byref(array))
        return bool(self._one[0].logit != _FORBIDDEN)

    def _text(self, token: int) -> bytes:
        if token not in self._texts:
            self._texts[token] = b"" if self._model.is_end(token) else self._model.piece(token, special=True)
        return self._texts[token]

    def _completes(self, token: int) -> bool:
        """Whether `token` goes on with a letter that was begun; the grammar takes any byte for the rest of one."""
        text = self._text(token)
        if not text:
            return not self._pending
        with contextlib.suppress(UnicodeDecodeError):
            whole = self._pending + text
            rest = whole[codecs.utf_8_decode(whole, "strict", False)[1] :]
            return not (rest[:1] == b"\xed" and rest[1:2] >= b"\xa0")  # half a surrogate, which the decoder lets pass
        return False

    def _accept(self, token: int) -> None:
        if not self._grammar:
            return
        self.api.llama_sampler_accept(self._grammar, token)
        text = self._pending + self._text(token)
        try:
            self._pending = text[codecs.utf_8_decode(text, "strict", False)[1] :]
        except UnicodeDecodeError:
            self._pending = b""

    def _note(self, token: int, size: int) -> None:
        array = self.api.llama_token_data_array(data=self._saved, size=size, selected=-1, sorted=False)
        reference = ctypes.byref(array)
        self.api.llama_sampler_apply(self._softmax, reference)
        own = self._saved[token].p
        self.api.llama_sampler_apply(self._best, reference)
        others = tuple((self._shown(array.data[i].id), float(array.data[i].p)) for i in range(array.size))
        self._taken.append(TokenChoice(text=self._shown(token), probability=float(own), others=others))

    def _shown(self, token: int) -> str:
        return self._model.piece(token, special=True).decode("utf-8", "replace")
