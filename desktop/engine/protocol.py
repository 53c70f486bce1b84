"""The frames that cross the boundary between Samar and its engine process: data only.

A frame is four bytes of length (unsigned, little-endian), then that many bytes of MessagePack. Every frame is one of the
tagged structs below, decoded with its types checked; anything else ends the connection. Both ends say their PROTOCOL
first, so that a window never speaks to an engine of another version.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, TypeVar

import msgspec

from desktop.core.generation import GenerationStats, TokenChoice
from desktop.core.model import FileFacts as FileFacts
from desktop.core.model import ModelInfo as ModelInfo
from desktop.core.requests import ChatRequest, LoadOptions

PROTOCOL = 4
EARLY = "--early"
"""First argument of an engine process that gets its first Load before it says that it is ready."""
MAX_FRAME = 64 * 1024 * 1024
"""Bytes. A chat of ten million words fits; a corrupt length does not."""

GenerateRequest = ChatRequest
_LENGTH = struct.Struct("<I")
_T = TypeVar("_T")


class ProtocolError(Exception):
    """What came over the pipe is no frame. A bug or a corrupted pipe, never something a person did."""


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Base of everything that crosses the boundary."""


# ---- window → engine


class Load(Frame, frozen=True, kw_only=True):
    request: int
    options: LoadOptions
    facts: FileFacts
    draft: FileFacts | None = None
    readable: tuple[str, ...] | None = ()
    """Files and folders beside those of `options` that the process may read from now on; counts with the first load only.
    None: it may read everything."""
    states: str = ""
    """Folder for the states of this model's chats, the only one that the process may write to; "": none are kept."""


class Generate(Frame, frozen=True, kw_only=True):
    request: int
    body: ChatRequest


class Unload(Frame, frozen=True, kw_only=True):
    request: int


class Stop(Frame, frozen=True, kw_only=True):
    """End request `request`, wherever it stands."""

    request: int


class AnswerNow(Frame, frozen=True, kw_only=True):
    """End the thinking of reply `request` and go on with its answer; one that does not think goes on as it is."""

    request: int


class Forget(Frame, frozen=True, kw_only=True):
    """These chats are erased: nothing of them stays in memory or on disk."""

    chats: tuple[str, ...]


class LimitStates(Frame, frozen=True, kw_only=True):
    """Most bytes of states on disk from now on; 0: none, and what is there goes."""

    bytes: int


class Ping(Frame, frozen=True, kw_only=True):
    """Asks for a sign of life; answered while the engine computes as well."""

    count: int


class Quit(Frame, frozen=True, kw_only=True):
    """The engine ends by itself."""


# ---- engine → window


class Ready(Frame, frozen=True, kw_only=True):
    """First frame of the engine."""

    protocol: int
    library: str = ""
    """Version and CPU features of the native library."""
    gpu: bool = False
    sandbox: list[str] = []
    """What the process has given up for good, in the words of core/sandbox.py."""
    late: bool = False
    """It can still give up reading when the first model is known: no thread runs that would keep that right."""
    gpu_free: int = 0
    """Bytes that are free on the GPUs before a model is loaded; 0: there is none."""


class Pong(Frame, frozen=True, kw_only=True):
    count: int


class LoadProgress(Frame, frozen=True, kw_only=True):
    request: int
    fraction: float


class Loaded(Frame, frozen=True, kw_only=True):
    request: int
    model: ModelInfo
    sandbox: list[str] = []
    """As in Ready, with what was given up since."""


class Unloaded(Frame, frozen=True, kw_only=True):
    request: int


class Stopped(Frame, frozen=True, kw_only=True):
    """A load that ended because the person stopped it."""

    request: int


class PromptStarted(Frame, frozen=True, kw_only=True):
    """The prompt is rendered and tokenized; reading begins."""

    request: int
    prompt_tokens: int
    cached_tokens: int
    dropped_messages: int


class PromptProgress(Frame, frozen=True, kw_only=True):
    """done, total: tokens of the whole prompt, cached ones included."""

    request: int
    done: int
    total: int


class PromptReady(Frame, frozen=True, kw_only=True):
    """The prompt is read."""

    request: int
    prompt_tokens: int
    cached_tokens: int
    dropped_messages: int


class TextDelta(Frame, frozen=True, kw_only=True):
    """Text of the reply, in order. kind: "answer", "thinking", or "tool_call": one call as JSON, name and arguments."""

    request: int
    text: str
    kind: str = "answer"


class Tokens(Frame, frozen=True, kw_only=True):
    """Tokens of the reply with their probabilities, in order; ahead of the text that they make, or with it."""

    request: int
    tokens: tuple[TokenChoice, ...]


class Finished(Frame, frozen=True, kw_only=True):
    request: int
    stats: GenerationStats


class Failed(Frame, frozen=True, kw_only=True):
    """An expected failure: a code of core/errors.py and its details."""

    request: int
    code: str
    details: dict[str, str]


class Crashed(Frame, frozen=True, kw_only=True):
    """A bug in the engine; the traceback goes to the log, the engine ends."""

    request: int
    traceback: str


ToEngine = Load | Generate | Unload | Forget | LimitStates | Stop | AnswerNow | Ping | Quit
FromEngine = (
    Ready
    | Pong
    | LoadProgress
    | Loaded
    | Unloaded
    | Stopped
    | PromptStarted
    | PromptProgress
    | PromptReady
    | TextDelta
    | Tokens
    | Finished
    | Failed
    | Crashed
)
Event = PromptStarted | PromptProgress | PromptReady | TextDelta | Tokens | Finished
"""What EngineClient.generate yields."""

_encoder = msgspec.msgpack.Encoder()
to_engine_decoder: msgspec.msgpack.Decoder[ToEngine] = msgspec.msgpack.Decoder(ToEngine)
from_engine_decoder: msgspec.msgpack.Decoder[FromEngine] = msgspec.msgpack.Decoder(FromEngine)


def encode(frame: Frame) -> bytes:
    """The frame with its length. Raises ProtocolError when it is larger than MAX_FRAME."""
    body = _encoder.encode(frame)
    if len(body) > MAX_FRAME:
        raise ProtocolError(f"a frame of {len(body)} bytes is too large")
    return _LENGTH.pack(len(body)) + body


def read_frames(stream: BinaryIO, decoder: msgspec.msgpack.Decoder[_T]) -> Iterator[_T]:
    """Frames until the stream ends between two frames. Raises ProtocolError for anything that is no frame."""
    while head := _read_exactly(stream, _LENGTH.size, may_end=True):
        (length,) = _LENGTH.unpack(head)
        if not 0 < length <= MAX_FRAME:
            raise ProtocolError(f"a frame of {length} bytes")
        body = _read_exactly(stream, length)
        try:
            frame = decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            raise ProtocolError(f"no known frame: {problem}") from problem
        yield frame


def _read_exactly(stream: BinaryIO, count: int, *, may_end: bool = False) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = stream.read(count - len(data))
        if not part:
            if may_end and not data:
                return b""
            raise ProtocolError("the stream ended inside a frame")
        data += part
    return bytes(data)
