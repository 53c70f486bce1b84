"""Images in prompts, through llama.cpp's mtmd and a model's projector file.

An image stands in the text as a marker of its own. Tokenized it becomes pieces that the model's family asks for, each of which
takes positions of the context; in the list of tokens each position is one number below zero, made from the image and the
projector, so that a cache knows an image again, and never takes one for another.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.core import machine
from desktop.core.errors import SamarError
from desktop.core.images import check_image
from desktop.engine.context import Context
from desktop.engine.kv_snapshots import fingerprint
from desktop.engine.llama import Model, StopFlag

_NODES = 8
"""Nodes of the projector's graph between two looks at the stop flag."""


@dataclass(frozen=True, slots=True)
class _ImageChunk:
    """One piece of an image. cells: of the KV cache; positions: at most as many."""

    chunk: Any
    cells: int
    positions: int


class Projector:
    """The projector of one model. Raises SamarError projector_unfit."""

    def __init__(self, model: Model, path: str, name: str, threads: int, flag: StopFlag) -> None:
        self._model, self._flag = model, flag
        self.api = api = model.library.vision_api()
        self._marker = f"<__image {secrets.token_hex(8)}__>"
        """Unknown to whoever writes messages."""
        self._ours = re.compile(re.escape(self._marker) + r"\[([0-9]+)\]")
        self._images: list[bytes] = []
        self._pieces: dict[int, _ImageChunk] = {}
        params = api.mtmd_context_params_default()
        params.print_timings = params.warmup = False
        params.use_gpu = model.library.has_gpu()
        params.n_threads = threads
        params.media_marker = self._marker.encode()
        self._callback = type(params.cb_eval)(self._look)
        params.cb_eval = self._callback
        self._no_callback = api.mtmd_helper_post_decode_callback()
        self._asked = 0
        model.library.log.clear()
        self.pointer = api.mtmd_init_from_file(os.fsencode(path), model.pointer, params)
        if not self.pointer or not api.mtmd_support_vision(self.pointer):
            self.close()
            raise SamarError("projector_unfit", projector=Path(path).name, name=name)
        self._seed = fingerprint(Path(path)).encode()

    def close(self) -> None:
        self._free_pieces()
        if self.pointer:
            self.api.mtmd_free(self.pointer)
            self.pointer = None

    def _free_pieces(self) -> None:
        for piece in self._pieces.values():
            self.api.mtmd_input_chunk_free(piece.chunk)
        self._pieces.clear()

    def _look(self, _tensor: Any, ask: bool, _data: Any) -> bool:
        """Called between the nodes of the projector's graph: which ones to stop at, then whether to go on."""
        if ask:
            self._asked += 1
            return self._asked % _NODES == 0
        return not self._flag()

    # ---- prompts

    def mark(
        self, messages: Sequence[tuple[str, str]], images: Sequence[tuple[int, bytes]]
    ) -> tuple[tuple[str, str], ...]:
        """`messages` with a marker before the text of each one that has images. Raises SamarError."""
        self._free_pieces()
        self._images = [data for _, data in images]
        marks: dict[int, str] = {}
        for number, (at, data) in enumerate(images):
            check_image(data, f"{number + 1}")
            marks[at] = marks.get(at, "") + f"{self._marker}[{number}]"
        return tuple((role, marks.get(at, "") + text) for at, (role, text) in enumerate(messages))

    @property
    def mark_head(self) -> str:
        """How every marker begins."""
        return f"{self._marker}["

    def tokenize(self, text: str, plain: Callable[[str], list[int]] | None = None) -> list[int]:
        """Tokens of a rendered prompt, positions of images as numbers below zero. Raises SamarError.

        plain: tokenizes the text between images, where some of it must not become special tokens; nothing is added in front
        then.
        """
        parts = self._ours.split(text)  # text, number of an image, text, …
        numbers = [int(number) for number in parts[1::2]]
        if plain is None:
            if not numbers:
                return self._model.tokenize(text)
            return [*self._model.beginning, *self._chunks(self._ours.sub(self._marker, text), numbers, {})]
        tokens = plain(parts[0])
        seen: dict[bytes, int] = {}
        for number, behind in zip(numbers, parts[2::2], strict=True):
            tokens += self._chunks(self._marker, (number,), seen)
            tokens += plain(behind)
        return tokens

    def _chunks(self, text: str, numbers: Sequence[int], seen: dict[bytes, int]) -> list[int]:
        """Tokens of `text` with a marker for each image; seen: the pieces that each image was cut into so far."""
        api = self.api
        data = text.encode("utf-8", "replace")
        bitmaps: list[Any] = []
        chunks = api.mtmd_input_chunks_init()
        try:
            for number in numbers:
                bitmaps.append(self._bitmap(number))
            asked = api.mtmd_input_text(text=data, text_len=len(data), add_special=False, parse_special=True)
            array = (ctypes.c_void_p * len(bitmaps))(*bitmaps)
            if api.mtmd_tokenize(self.pointer, chunks, ctypes.byref(asked), array, len(bitmaps)) != 0:
                raise SamarError("engine_failed", reason="the image could not be prepared for the model")
            return self._collect(chunks, seen)
        finally:
            for bitmap in bitmaps:
                api.mtmd_bitmap_free(bitmap)
            api.mtmd_input_chunks_free(chunks)

    def _bitmap(self, number: int) -> Any:
        data = self._images[number]
        buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
        bitmap = self.api.mtmd_helper_bitmap_init_from_buf(self.pointer, buffer, len(data), False)
        if not bitmap:
            raise SamarError("image_unreadable", name=f"{number + 1}")
        key = hashlib.blake2b(data, digest_size=16, key=self._seed[:64]).hexdigest()
        self.api.mtmd_bitmap_set_id(bitmap, key.encode())
        return bitmap

    def _collect(self, chunks: Any, counts: dict[bytes, int]) -> list[int]:
        api = self.api
        tokens: list[int] = []
        for at in range(api.mtmd_input_chunks_size(chunks)):
            chunk = api.mtmd_input_chunks_get(chunks, at)
            if api.mtmd_input_chunk_get_type(chunk) == api.MTMD_INPUT_CHUNK_TYPE_TEXT:
                count = ctypes.c_size_t(0)
                found = api.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
                tokens += found[: count.value]
                continue
            key = bytes(api.mtmd_input_chunk_get_id(chunk) or b"")
            counts[key] = counts.get(key, -1) + 1  # a family may cut an image into several pieces
            digest = hashlib.blake2b(key + b"/%d" % counts[key], digest_size=4).digest()
            number = -1 - (int.from_bytes(digest, "big") & 0x3FFFFFFF)
            positions = int(api.mtmd_input_chunk_get_n_pos(chunk))
            if number not in self._pieces:
                cells = int(api.mtmd_input_chunk_get_n_tokens(chunk))
                self._pieces[number] = _ImageChunk(api.mtmd_input_chunk_copy(chunk), cells, positions)
            tokens += [number] * positions
        return tokens

    def more_cells(self, tokens: Sequence[int]) -> int:
        """Cells that the images among `tokens` take beyond their positions."""
        return sum(
            (piece.cells - piece.positions) * (tokens.count(number) // piece.positions)
            for number, piece in self._pieces.items()
        )

    # ---- reading

    def positions(self, number: int) -> int:
        return self._pieces[number].positions

    def read(self, context: Context, number: int) -> bool:
        """Put one piece of an image behind what `context` holds; False when the stop flag ended it."""
        piece, api = self._pieces[number], self.api
        start = len(context.tokens)
        if api.mtmd_decode_use_non_causal(self.pointer, piece.chunk) and piece.cells > context.batch_size:
            raise SamarError("image_too_large", name="", width=piece.cells, height=1)
        if api.mtmd_encode_chunk(self.pointer, piece.chunk) != 0:
            raise SamarError("engine_failed", reason="the image could not be read")
        if self._flag():
            return False
        reached = ctypes.c_int32(start)
        output = api.mtmd_get_output_embd(self.pointer)
        result = api.mtmd_helper_decode_image_chunk(
            self.pointer,
            context.pointer,
            piece.chunk,
            output,
            start,
            0,
            context.batch_size,
            ctypes.byref(reached),
            self._no_callback,
            None,
        )
        if result == 0:
            context.tokens += [number] * piece.positions
            return True
        context.undo(start)
        if result == 2 or self._flag():
            return False
        raise SamarError("engine_failed", reason=f"the image could not be read ({result})")


def require_memory(path: Path, free: int) -> None:
    """Raise SamarError unless a projector fits into `free` bytes: its weights, and about a third of them to work."""
    try:
        needed = path.stat().st_size * 4 // 3
    except OSError as problem:
        raise SamarError("model_missing", name=path.name) from problem
    if needed > free:
        raise SamarError(
            "not_enough_memory", name=path.name, needed=machine.readable(needed), free=machine.readable(max(free, 0))
        )
