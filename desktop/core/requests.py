"""What is asked of whoever answers: how a model is loaded, and a chat to be answered. Plain data, sent as it is to the
engine's process."""

from __future__ import annotations

import msgspec

from desktop.core.generation import GenerationParams
from desktop.core.model import Adapter


class LoadOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a model is loaded. 0 means: chosen by the engine."""

    context: int = 8192
    """Tokens wished for; lowered to what the model was trained for and to what memory holds."""
    threads: int = 0
    gpu_layers: int = -1
    """Layers offloaded where a GPU backend exists; -1: all that fit."""
    batch: int = 512
    """Most tokens decoded in one native call."""
    memory_map: bool = True
    keep_in_memory: bool = False
    """Lock the weights, so that the system never swaps them out. Where that is not allowed they are loaded all the same."""
    kv_type: str = "f16"
    """Element type of the KV cache: f16, q8_0, q4_0. A quantized one asks for flash attention."""
    flash_attention: str = "auto"
    """auto, on, off."""
    reserve_bytes: int = 256 * 1024 * 1024
    """Memory left to the rest of the computer when the context is chosen; chats are kept warm only beyond twice that."""
    speculation: bool = True
    """Speculation from the text itself; the replies are the same with and without."""
    states_bytes: int = 4 * 1024 * 1024 * 1024
    """Most that the states of chats may take on disk; 0: none are kept."""
    projector: str = ""
    """The model's projector file, with which it sees images; read when the first image comes. "": none."""
    draft: str = ""
    """A small model with the same vocabulary that guesses ahead; the replies are the same with and without. "": none."""
    adapters: tuple[Adapter, ...] = ()
    """LoRA adapters. A load of the loaded model that differs in them only changes them, and reads no weights again."""
    thinking: bool | None = None
    """What holds for requests that don't say whether to think; a load that differs in it reads no weights again either."""
    completion: bool | None = None
    """The same for requests that don't say whether their text is to be continued. None: it is with a base model."""


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A chat, oldest message first, to be answered.

    messages: (role, content) with the roles system, user and assistant. continue_last: the last message is a partial
    reply that goes on without a new turn. overflow: "drop_oldest" leaves out the oldest turns that the context has no
    room for (the system prompt stays), "fail" raises prompt_too_long.
    """

    messages: tuple[tuple[str, str], ...]
    params: GenerationParams = GenerationParams()
    continue_last: bool = False
    overflow: str = "drop_oldest"
    thinking: bool | None = None
    """Passed to templates that let one choose; None: as the model was loaded, else the template's own default."""
    completion: bool | None = None
    """The model goes on with the text of all messages but the system prompt: no template is used. None: as it was loaded."""
    images: tuple[tuple[int, bytes], ...] = ()
    """(number of the message, file) of each image, in order: PNG, JPEG, GIF or BMP. Images stand before the text."""
    tools: str = ""
    """JSON list of tools in the form that templates expect, told to the model; "": none. Samar runs none of them."""
    probabilities: int = 0
    """Alternatives told with each token (Tokens), at most 20; 0: none, and no Tokens."""
    until_repetition: bool = False
    """The generation service ends the reply when it only repeats itself."""
    chat: str = ""
    """A name for the chat, by which what was read of it can be forgotten."""
    kept: bool = False
    """What was read of it may be written to disk."""
