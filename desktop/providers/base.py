"""The interface between the generation service and whoever runs a model: the engine on this computer, or an endpoint.

A provider is used by the threads of one queue (services/generation.py). Its events are plain values; its errors are
SamarError.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator

import msgspec

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, TokenChoice
from desktop.core.model import ModelInfo, ModelRef
from desktop.core.requests import ChatRequest, LoadOptions

DEATHS = frozenset({"engine_died", "engine_silent", "engine_start_failed"})
"""Codes of errors after which the model is not loaded any more."""


class PromptProgress(msgspec.Struct, frozen=True):
    """Tokens of the prompt that are read, cached ones included, and tokens of the whole prompt."""

    done: int
    total: int


class TextDelta(msgspec.Struct, frozen=True):
    """New text of the reply. kind: "answer", "thinking", or "tool_call" (one call as JSON: name and arguments)."""

    text: str
    kind: str = "answer"


class TokenChoices(msgspec.Struct, frozen=True):
    """Tokens of the reply with their probabilities, in order."""

    tokens: tuple[TokenChoice, ...]


class Finished(msgspec.Struct, frozen=True):
    """The end of a reply, stopped ones included (`stats.stopped_by`)."""

    stats: GenerationStats


class Failed(msgspec.Struct, frozen=True):
    """The end of a reply that could not be written, or not to its end."""

    problem: SamarError


ReplyEvent = PromptProgress | TextDelta | TokenChoices | Finished


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a model can do through its provider."""

    stream: bool = True
    """Text arrives while it is written."""
    stop: bool = True
    """A reply can be ended early."""
    images: bool = False
    tools: bool = False
    """The model is told of tools and calls them."""
    grammar: bool = False
    """Replies can be held to a JSON schema or a GBNF grammar."""
    logprobs: bool = False
    """Probabilities of tokens are told."""
    thinking: bool = False
    """The model may think before it answers."""
    thinking_switch: bool = False
    """A request can turn the thinking on and off."""
    embeddings: bool = False
    context: int = 0
    """Tokens; 0: unknown."""


class Generation(ABC):
    """One reply that is being written."""

    @abstractmethod
    def events(self) -> Iterator[ReplyEvent]:
        """The events in order; the last one is Finished. Called once. Raises SamarError."""

    @abstractmethod
    def stop(self) -> None:
        """End the reply, which then yields Finished with `stopped_by` USER. From any thread, before and after `events` too."""

    def answer_now(self) -> None:  # noqa: B027 - most providers can't
        """End the thinking and begin the answer, where that is possible. From any thread."""


class Provider(ABC):
    """Loads models and writes replies. All methods but those that say otherwise are called from the queue's threads."""

    name: str
    """As in ModelRef.provider."""
    parallel: int = 1
    """Replies that may be written at the same time."""

    @abstractmethod
    def start(self) -> None:
        """Prepare for the first load, without waiting. From any thread."""

    @abstractmethod
    def load(
        self,
        model: ModelRef,
        options: LoadOptions | Callable[[], LoadOptions],
        on_progress: Callable[[float], None] = lambda _: None,
    ) -> ModelInfo | None:
        """Make `model` the one that answers; None when `stop_load` ended it. A callable for options is called here.

        on_progress: gets 0 … 1, in this thread. Raises SamarError; the model before it is then loaded still, or none is.
        """

    @abstractmethod
    def stop_load(self) -> None:
        """End the load at work. From any thread. No load at work: nothing happens."""

    @abstractmethod
    def unload(self) -> None:
        """Free the model. Does nothing when none is loaded."""

    @property
    @abstractmethod
    def model(self) -> ModelInfo | None:
        """The loaded model; None after a death. From any thread."""

    @abstractmethod
    def capabilities(self) -> Capabilities:
        """Of the loaded model; without one, of none. From any thread."""

    @property
    def sandbox(self) -> list[str]:
        """What the provider's process has given up, in the words of core/sandbox.py. From any thread."""
        return []

    @property
    def gpu_free(self) -> int:
        """Bytes that were free on the GPUs before a model was loaded; 0: none, or not known yet. From any thread."""
        return 0

    @abstractmethod
    def generate(self, request: ChatRequest) -> Generation:
        """A reply to `request`; nothing is computed before its `events` are asked for."""

    @abstractmethod
    def forget(self, chats: Collection[str]) -> None:
        """These chats are erased: nothing that was read of them is kept. From any thread."""

    @abstractmethod
    def forget_others(self, chats: Collection[str]) -> None:
        """Remove what is kept on disk of any chat but these. From any thread."""

    @abstractmethod
    def limit_states(self, size: int) -> None:
        """Most bytes on disk for what was read of chats; 0: none. From any thread."""

    @abstractmethod
    def interrupt(self) -> None:
        """Samar ends: end what is at work, and give up reads that wait. From any thread, and again and again."""

    @abstractmethod
    def close(self) -> None:
        """End every process and connection. Called once the queue's threads have ended."""


def capabilities_of(model: ModelInfo | None) -> Capabilities:
    """What the engine on this computer can do with a loaded model."""
    if model is None:
        return Capabilities()
    return Capabilities(
        images=model.vision,
        tools=True,
        grammar=True,
        logprobs=True,
        thinking=model.thinking,
        thinking_switch=model.thinking_switch,
        context=model.context,
    )
