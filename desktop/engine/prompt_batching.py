"""How a prompt is cut into the batches in which it is read."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.core.model import FileFacts
from desktop.engine.llama import Model

_STOP_S, _LEAST_ON_DEVICE = 0.06, 16
"""Longest time between two looks at the stop flag where native code can't look by itself (GPU), and fewest tokens."""
_PROGRESS_S, _LEAST = 0.5, 128
"""Time between two reports of progress where it can (CPU). Every piece reads all the weights, so small ones are slow: of 16
tokens half as fast as of 64, from where on it is nearly even."""
TILE = 64
"""Tokens of a batch from which on the CPU's flash attention works in tiles (ggml_fa_tile_config in ggml-cpu)."""
_UNTILED, _TILED = 20.0, 5.0
"""How much longer attention takes, below that and from there on, than its share of the arithmetic: 19 and 21, 5 and 3 were seen
with AVX-512 and AVX2."""
_WORTH = 5e9
"""Operations that must be gained, some twentieth of a second. Counted and not timed: a busy moment tells nothing of the next one."""


class BatchSizer:
    """Sizes of the pieces, learnt from what pieces took."""

    def __init__(self, model: Model, facts: FileFacts, *, batch: int, on_cpu: bool, tiled: bool) -> None:
        """tiled: whether attention of large batches works in tiles (flash attention, a cache of floats)."""
        self._batch = batch
        self._tile = TILE if on_cpu and tiled else 1
        self._seconds, self._least = (_PROGRESS_S, _LEAST) if on_cpu else (_STOP_S, _LEAST_ON_DEVICE)
        self._speed = 0.0  # tokens per second, as seen last
        self._attention = 0.0
        """What a token's attention to one other should cost, over what a token costs in a large batch."""
        if on_cpu and tiled and not model.recurrent and facts.parameters > 0:
            more_heads = model.heads / max(model.kv_heads, 1)
            self._attention = facts.kv_elements_per_token * more_heads / facts.parameters
        self._window = model.sliding_window
        self._token = 2.0 * facts.parameters
        """Operations for a token in a large batch."""

    def size(self, left: int) -> int:
        """Tokens of the next piece, when `left` are to be read. None but the only one is shorter than a tile."""
        size = min(max(self._least, int(self._speed * self._seconds)), self._batch)
        if left <= size:
            return left
        if left - size >= self._tile or size < 2 * self._tile:
            return size
        return left if left <= self._batch else size - self._tile

    def reread(self, new: int, held: Sequence[int]) -> int:
        """How many of the tokens in the cache to read again before `new` ones, so that all are read in a tile.

        Outside tiles each token passes over the cache alone: behind 4,000 tokens of a model of 1.2 billion parameters 58 of
        them took 3 s, in a tile 1.3 s, and 16 of them 0.8 s.
        """
        more = TILE - new
        if not 0 < more <= len(held) or new < 2 or not self._attention:
            return 0
        seen = min(len(held), self._window or len(held)) * self._attention  # some layers may see more than the window
        gain = new * (1 + seen * _UNTILED) - TILE * (1 + seen * _TILED)
        return more if gain * self._token > _WORTH and min(held) >= 0 else 0  # images have places of their own

    def took(self, tokens: int, seconds: float) -> None:
        """What a piece took. Short ones tell little of long ones."""
        if seconds > 0 and (tokens >= TILE or (tokens >= 16 and not self._speed)):
            self._speed = tokens / seconds
