"""CombinedSpeculator from a draft model: a small model with the same vocabulary writes ahead, the large one reads along in one batch.

As with guesses from the text, every token is chosen from the large model's own distribution, so the replies stay the same.
How far ahead pays depends on the computer, the two models and the text; it is learnt from what guesses have gained, and
where they lose, guessing rests for longer and longer.
"""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.core.errors import SamarError
from desktop.engine.context import Context
from desktop.engine.llama import Library, Model, NativeError, StopFlag
from desktop.engine.ngram_speculation import NgramSpeculator

_SURE = 0.5
"""Least probability, by the draft model, of a token that is still guessed."""
_FIRST_LENGTH, _LEAST_LENGTH, _MOST_LENGTH = 6, 2, 15
_TRIES = 4
"""CombinedSpeculator before they are judged."""
_FIRST_REST, _LONGEST_REST = 32, 2048
"""Looks for a guess that are passed over when guessing has lost."""
_MORE_TOKENS = 128
"""Vocabularies may differ by so many tokens at their end: unused ones, that fill up a matrix."""


class DraftModel:
    """A draft model beside a large one. Proposes what follows, as NgramSpeculator does.

    Raises SamarError draft_unfit, and NativeError when it can't be loaded.
    """

    def __init__(
        self,
        library: Library,
        path: str,
        main: Model,
        name: str,
        *,
        size: int,
        threads: int,
        flag: StopFlag,
        gpu_layers: int = 0,
    ) -> None:
        self.model = Model(library, path, gpu_layers=gpu_layers, stop=flag)
        try:
            if not same_vocabulary(main, self.model) or self.model.recurrent:
                raise SamarError("draft_unfit", draft=Path(path).name, name=name)
            self.context = Context(self.model, size=size, batch=min(512, size), threads=threads, flag=flag)
        except BaseException:
            self.model.close()
            raise
        self._flag = flag
        self._chooser = _Likeliest(self.model)
        self._size = min(main.size, self.model.size)
        self._length, self._rest, self._resting = _FIRST_LENGTH, _FIRST_REST, 0
        self._tries, self._gain = 0, 1.0
        self._tokens: Sequence[int] = ()
        self._drafted_s = 0.0
        self._able = False

    def close(self) -> None:
        self._chooser.close()
        self.context.close()
        self.model.close()

    def set_threads(self, decode: int, batch: int) -> None:
        self.context.set_threads(decode, batch)

    def restart(self, tokens: Sequence[int]) -> None:
        """Begin a reply. tokens: those of the large model's cache, which grow as the reply does."""
        self._tokens = tokens
        self._able = all(0 <= token < self._size for token in tokens)  # an image it can't see

    def guess(self, token: int, most: int) -> list[int]:
        """What may follow the cache's tokens and `token`; [] while guessing rests or the draft model is not sure."""
        if self._resting > 0:
            self._resting -= 1
            return []
        if not self._able or token >= self._size or len(self._tokens) + 1 + _MOST_LENGTH >= self.context.size:
            return []
        began = time.perf_counter()
        found: list[int] = []
        if self._catch_up([*self._tokens, token]):
            limit = min(self._length, most)
            while len(found) < limit:
                guessed = self.context.sample(self._chooser)
                if self._chooser.chance < _SURE or guessed >= self._size or self.model.is_end(guessed):
                    break
                found.append(guessed)
                if len(found) < limit and not self.context.decode((guessed,)):
                    break
        self._drafted_s = time.perf_counter() - began
        if len(found) < _LEAST_LENGTH:
            self._lost()
            return []
        return found

    def _catch_up(self, tokens: list[int]) -> bool:
        """Read what the draft model has not read yet; false when the person stopped."""
        try:
            done = self.context.keep(tokens)
            while done < len(tokens):
                part = tokens[done : done + min(128, self.context.batch_size)]
                if self._flag() or not self.context.decode(part):
                    return False
                done += len(part)
        except NativeError:  # the large model goes on alone
            self.context.clear()
            self._able = False
            return False
        return True

    def tried(self, accepted: int, guessed: int, seconds: float, single_s: float) -> None:
        """What checking a guess took, and how many of its tokens were right. single_s: of one token without guesses."""
        whole = seconds + self._drafted_s
        gain = (accepted + 1) * single_s / whole if whole > 0 and single_s > 0 else 1.0
        if accepted == guessed:
            self._length = min(self._length * 2, _MOST_LENGTH)
        elif accepted < guessed // 2:
            self._length = max(_LEAST_LENGTH, self._length - 2)
        self._judge(gain)

    def _lost(self) -> None:
        """Time was spent on a guess that was not sure enough to be tried."""
        self._judge(0.5)

    def _judge(self, gain: float) -> None:
        self._gain = 0.7 * self._gain + 0.3 * gain
        self._tries += 1
        if self._tries >= _TRIES and self._gain < 1.0:
            self._resting, self._rest = self._rest, min(self._rest * 2, _LONGEST_REST)
            self._tries, self._gain = 0, 1.0
        elif self._tries >= _TRIES and self._gain > 1.1:
            self._rest = _FIRST_REST


class CombinedSpeculator:
    """CombinedSpeculator from the text, which cost nothing, and where there are none, from a draft model."""

    def __init__(self, text: NgramSpeculator | None, draft: DraftModel) -> None:
        self._text, self.draft = text, draft
        self._single_s = 0.0
        self._drafted = 0

    def restart(self, tokens: Sequence[int]) -> None:
        if self._text is not None:
            self._text.restart(tokens)
        self.draft.restart(tokens)

    def guess(self, token: int, most: int) -> list[int]:
        found = self._text.guess(token, most) if self._text is not None else []
        self._drafted = 0
        if not found:
            found = self.draft.guess(token, most)
            self._drafted = len(found)
        return found

    def single(self, seconds: float) -> None:
        if self._text is not None:
            self._text.single(seconds)
        self._single_s = seconds if not self._single_s else 0.9 * self._single_s + 0.1 * seconds

    def tried(self, accepted: int, seconds: float) -> None:
        if self._drafted:
            self.draft.tried(accepted, self._drafted, seconds, self._single_s)
        elif self._text is not None:
            self._text.tried(accepted, seconds)


def same_vocabulary(main: Model, draft: Model) -> bool:
    """Whether a token means the same to both: the texts of all that both have, up to a few at the end."""
    if abs(main.size - draft.size) > _MORE_TOKENS or main.adds_bos != draft.adds_bos:
        return False
    if any(main.special_text(which) != draft.special_text(which) for which in ("bos", "eos")):
        return False
    text = main.api.llama_vocab_get_text
    return all(text(main.vocab, token) == text(draft.vocab, token) for token in range(min(main.size, draft.size)))


class _Likeliest:
    """A sampler that takes the likeliest token and notes how likely it is among the first eight."""

    def __init__(self, model: Model) -> None:
        self.api = api = model.api
        self.chance = 0.0
        self._best = api.llama_sampler_init_top_k(8)
        self._interface = api.llama_sampler_i(apply=api.llama_sampler_i_apply(self._apply))
        params = api.llama_sampler_chain_default_params()
        params.no_perf = True
        self.pointer = api.llama_sampler_chain_init(params)
        api.llama_sampler_chain_add(self.pointer, api.llama_sampler_init(ctypes.byref(self._interface), None))

    def _apply(self, _sampler: Any, array: Any) -> None:
        """Called by native code."""
        candidates = array.contents
        self.api.llama_sampler_apply(self._best, array)
        logits = [candidates.data[at].logit for at in range(candidates.size)]
        self.chance = 1.0 / sum(math.exp(logit - logits[0]) for logit in logits)
        candidates.selected = 0

    def close(self) -> None:
        for sampler in (self.pointer, self._best):
            if sampler:
                self.api.llama_sampler_free(sampler)
        self.pointer = self._best = None
