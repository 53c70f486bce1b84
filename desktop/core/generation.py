"""What is asked of a model and what came of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class StoppedBy(StrEnum):
    """Why a reply ended."""

    END = "end"  # the model ended its turn
    LENGTH = "length"  # max_tokens was reached
    CONTEXT = "context"  # the context is full
    STOP_STRING = "stop_string"
    USER = "user"  # the person pressed stop
    ERROR = "error"


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

    def checked(self) -> GenerationParams:
        """Return self with every number moved inside its bounds."""
        return msgspec.structs.replace(
            self,
            temperature=min(max(self.temperature, 0.0), 5.0),
            top_k=min(max(self.top_k, 0), 1_000_000),
            top_p=min(max(self.top_p, 0.0), 1.0),
            min_p=min(max(self.min_p, 0.0), 1.0),
            repeat_penalty=min(max(self.repeat_penalty, 0.1), 10.0),
            repeat_last_n=min(max(self.repeat_last_n, 0), 1_000_000),
            seed=None if self.seed is None else self.seed % (2**32 - 1),
            max_tokens=None if self.max_tokens is None else max(self.max_tokens, 1),
        )


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
