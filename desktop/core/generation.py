"""What is asked of a model and what came of it."""

from __future__ import annotations

import math
from enum import StrEnum

import msgspec


class StoppedBy(StrEnum):
    """Why a reply ended."""

    END = "end"  # the model ended its turn
    LENGTH = "length"  # max_tokens was reached
    CONTEXT = "context"  # the context is full
    STOP_STRING = "stop_string"
    USER = "user"  # the person pressed stop
    REPETITION = "repetition"  # it only repeated itself, and was ended
    ERROR = "error"


WHAT_TO_WRITE = ("max_tokens", "seed", "stop", "grammar", "json_schema", "logit_bias")
"""Parameters that say what a reply may be; the others say how its tokens are chosen."""


class GenerationParams(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Sampling parameters of one reply. The defaults are those of shared practice where a model gives no hint.

    A bound written here is checked when the value is decoded (from settings, a chat, a frame), so that native
    code never sees a value outside it.
    """

    temperature: float = msgspec.field(default=0.7)
    top_k: int = 40
    """0 switches it off."""
    top_p: float = 0.95
    """1.0 switches it off."""
    min_p: float = 0.05
    """0.0 switches it off."""
    repeat_penalty: float = 1.0
    """1.0 switches it off."""
    repeat_last_n: int = 64
    """Tokens that the repeat penalty looks back on."""
    seed: int | None = None
    """None draws a new seed for each reply; 0 … 2**32 - 2 reproduces."""
    max_tokens: int | None = None
    """None: until the model ends its turn or the context is full."""
    stop: tuple[str, ...] = ()
    typical_p: float = 1.0
    """1.0 switches it off."""
    top_n_sigma: float = -1.0
    """Negative: off."""
    xtc_probability: float = 0.0
    """0.0 switches it off."""
    xtc_threshold: float = 0.1
    dynatemp_range: float = 0.0
    """Half the width of the dynamic temperature; 0.0 switches it off."""
    dynatemp_exponent: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    dry_multiplier: float = 0.0
    """0.0 switches DRY off."""
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    dry_last_n: int = 1024
    """Tokens that DRY looks back on."""
    dry_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    """Texts at which DRY begins to count repetitions anew."""
    adaptive_target: float = -1.0
    """Adaptive-p prefers tokens near this probability; negative: off."""
    adaptive_decay: float = 0.9
    mirostat: int = 0
    """0 off, 1 or 2: in the place of top-k, top-p, min-p and their like."""
    mirostat_tau: float = 5.0
    mirostat_eta: float = 0.1
    logit_bias: tuple[tuple[int, float], ...] = ()
    """(token id, added to its logit); -1e30 forbids a token (so does -inf, which is stored as that)."""
    grammar: str = ""
    """GBNF; "": none."""
    json_schema: str | None = None
    """JSON Schema, as text, that the answer obeys; None: none. Not together with `grammar`: the grammar then wins."""
    follows: bool = False
    """Only WHAT_TO_WRITE is chosen here; tokens are chosen as they are without these parameters."""

    def over(self, base: GenerationParams) -> GenerationParams:
        """What holds where these were chosen and `base` would hold without them."""
        return self.written_over(base) if self.follows else self

    def written_over(self, base: GenerationParams) -> GenerationParams:
        """`base` with this one's WHAT_TO_WRITE."""
        return msgspec.structs.replace(base, **{name: getattr(self, name) for name in WHAT_TO_WRITE}, follows=False)

    def checked(self) -> GenerationParams:
        """Return self with every number moved inside its bounds. NaN becomes the default: it is in no bounds, and JSON
        would store it as null, which can't be read again."""
        changes: dict[str, object] = {
            name: type(low)(bounded(getattr(self, name), low, high, getattr(_DEFAULTS, name)))
            for name, (low, high) in BOUNDS.items()
        }
        changes["seed"] = None if self.seed is None else self.seed % (MOST_SEED + 1)
        changes["max_tokens"] = None if self.max_tokens is None else min(max(self.max_tokens, 1), MOST_COUNT)
        if self.logit_bias:
            changes["logit_bias"] = tuple(
                (token, bounded(bias, -_MOST_BIAS, _MOST_BIAS, 0.0))
                for token, bias in self.logit_bias
                if 0 <= token <= MOST_COUNT
            )
        return msgspec.structs.replace(self, **changes)


_DEFAULTS = GenerationParams()
_MOST_BIAS = 1e30
"""Forbids a token as surely as an infinite one, and JSON can store it."""
MOST_COUNT = 2**31 - 1
"""Most tokens that are counted: what native code and Qt's plural forms take."""
MOST_SEED = 2**32 - 2
"""The next one stands for a random seed in native code."""
_MOST_S = 1e9
"""Thirty years."""


def bounded(value: float, low: float, high: float, default: float) -> float:
    """`value` moved inside its bounds; the default in the place of NaN."""
    return default if math.isnan(value) else min(max(value, low), high)


BOUNDS: dict[str, tuple[int, int] | tuple[float, float]] = {
    "temperature": (0.0, 5.0),
    "top_k": (0, 1_000_000),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "repeat_penalty": (0.1, 10.0),
    "repeat_last_n": (0, 1_000_000),
    "typical_p": (0.0, 1.0),
    "top_n_sigma": (-1.0, 100.0),
    "xtc_probability": (0.0, 1.0),
    "xtc_threshold": (0.0, 1.0),
    "dynatemp_range": (0.0, 5.0),
    "dynatemp_exponent": (0.1, 10.0),
    "presence_penalty": (-2.0, 2.0),
    "frequency_penalty": (-2.0, 2.0),
    "dry_multiplier": (0.0, 10.0),
    "dry_base": (1.0, 10.0),
    "dry_allowed_length": (1, 1_000),
    "dry_last_n": (0, 1_000_000),
    "adaptive_target": (-1.0, 1.0),
    "adaptive_decay": (0.0, 0.99),
    "mirostat": (0, 2),
    "mirostat_tau": (0.0, 20.0),
    "mirostat_eta": (0.0, 1.0),
}
"""Least and greatest value of each number."""


class GenerationStats(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one reply. Times in seconds, measured in the engine process."""

    prompt_tokens: int
    """Tokens of the whole prompt, those found in the cache included."""
    cached_tokens: int = 0
    reply_tokens: int = 0
    first_token_s: float = 0.0
    """From the request to the first sampled token."""
    tokens_per_s: float = 0.0
    """Of the reply, without the time to its first token."""
    stopped_by: StoppedBy = StoppedBy.END
    dropped_messages: int = 0
    """Oldest messages that the context had no room for."""
    seed: int | None = None
    edited: bool = False
    """The text was changed by hand since: the figures tell of what the model wrote."""

    def checked(self) -> GenerationStats:
        """Return self with every figure moved inside what can be shown: a file may hold any number."""
        counts = ("prompt_tokens", "cached_tokens", "reply_tokens", "dropped_messages")
        changes: dict[str, object] = {name: min(max(getattr(self, name), 0), MOST_COUNT) for name in counts}
        changes["first_token_s"] = bounded(self.first_token_s, 0.0, _MOST_S, 0.0)
        changes["tokens_per_s"] = bounded(self.tokens_per_s, 0.0, _MOST_S, 0.0)
        changes["seed"] = None if self.seed is None else self.seed % 2**32
        return msgspec.structs.replace(self, **changes)


class TokenChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One token of a reply and what might have stood in its place.

    Probabilities are the model's own, 0 … 1, before any sampler. Texts of tokens that hold part of a letter hold U+FFFD.
    """

    text: str
    probability: float
    others: tuple[tuple[str, float], ...] = ()
    """(text, probability) of the likeliest tokens, likeliest first, the chosen one among them if it is one of them."""
