"""A context of the native library: decoding, sampling, and what its cache keeps, takes back, saves and restores.

Facts on the functions: llama.h of llama.cpp as pinned with llama-cpp-python.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import sys
from collections.abc import Sequence
from typing import Any, Protocol

from desktop.engine.kv_snapshots import common_prefix
from desktop.engine.llama import Model, NativeError, StopFlag

KV_TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q5_0": 6, "q8_0": 8, "bf16": 30}  # ggml_type
FLASH_ATTENTION = {"auto": -1, "off": 0, "on": 1}  # llama_flash_attn_type
_MOST_MARKS = 3


class HasPointer(Protocol):
    pointer: Any


class Context:
    """One sequence of tokens and its KV cache. Raises NativeError when it can't be made (mostly: no memory).

    tokens: what the cache holds, in order. outputs: tokens of one batch whose logits may be asked for.
    """

    def __init__(
        self,
        model: Model,
        *,
        size: int,
        batch: int,
        threads: int,
        flag: StopFlag,
        kv_type: str = "f16",
        flash_attention: str = "auto",
        outputs: int = 1,
    ) -> None:
        self.model, self.api, self.flag = model, model.api, flag
        params = self.api.llama_context_default_params()
        params.n_ctx = size
        params.n_batch = params.n_ubatch = batch
        params.n_seq_max = 1
        params.n_outputs_max = outputs  # else a buffer of batch × vocabulary
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = FLASH_ATTENTION[flash_attention]
        params.type_k = params.type_v = KV_TYPES[kv_type]
        params.abort_callback = ctypes.cast(flag.callback, self.api.ggml_abort_callback)
        params.abort_callback_data = flag.address
        params.no_perf = True
        params.swa_full = True  # so that an edited or repeated turn needs no new reading
        self.pointer = self.api.llama_init_from_model(model.pointer, params)
        if not self.pointer:
            raise NativeError(model.library.last_words())
        self.memory = self.api.llama_get_memory(self.pointer)
        self.size = int(self.api.llama_n_ctx(self.pointer))
        self.batch_size = int(self.api.llama_n_batch(self.pointer))
        self.threads = threads
        self.tokens: list[int] = []
        self._marks: list[tuple[int, mmap.mmap]] = []
        """Where the recurrent layers can go back to: after how many tokens, and their state."""
        self._decode, self._sample = self.api.llama_decode, self.api.llama_sampler_sample
        self._make_batch(self.batch_size)

    def _make_batch(self, size: int) -> None:
        self._token = (ctypes.c_int32 * size)()
        self._position = (ctypes.c_int32 * size)()
        self._output = (ctypes.c_int8 * size)()
        self._counts = (ctypes.c_int32 * size)(*([1] * size))
        self._sequence = ctypes.c_int32(0)
        pointer = ctypes.pointer(self._sequence)
        self._sequences = (ctypes.POINTER(ctypes.c_int32) * size)(*([pointer] * size))
        self._batch = self.api.llama_batch(
            n_tokens=0,
            token=self._token,
            embd=None,
            pos=self._position,
            n_seq_id=self._counts,
            seq_id=self._sequences,
            logits=self._output,
        )

    def close(self) -> None:
        self._drop_marks(-1)
        if self.pointer:
            self.api.llama_free(self.pointer)
            self.pointer = None

    def set_threads(self, decode: int, batch: int) -> None:
        self.threads = decode
        self.api.llama_set_n_threads(self.pointer, decode, batch)

    def reusable(self, tokens: Sequence[int]) -> int:
        """How much of the cache `keep` can keep: a beginning of `tokens`, but never all of them."""
        common = min(common_prefix(self.tokens, tokens), len(tokens) - 1)
        if not self.model.recurrent or common == len(self.tokens):
            return common
        return max((at for at, _ in self._marks if at <= common), default=0)

    def keep(self, tokens: Sequence[int]) -> int:
        """Keep of the cache what is a beginning of `tokens`; returns how many of them that are.

        What a sliding window can't take back is cleared, and a recurrent model goes back to a mark, so that no answer is
        ever wrong.
        """
        count = self.reusable(tokens)
        if 0 < count < len(self.tokens) and not self._take_back(count):
            count = 0
        if count == 0:
            self.clear()
        del self.tokens[count:]
        self._drop_marks(count)
        return count

    def _take_back(self, count: int) -> bool:
        """Leave the first `count` tokens; false when not all that they need is there any more."""
        if self.model.recurrent and not self._return_to(count):
            return False
        if not self.api.llama_memory_seq_rm(self.memory, 0, count, -1):
            return False
        if self.model.recurrent:
            return int(self.api.llama_memory_seq_pos_max(self.memory, 0)) == count - 1
        return self._holds_window(count)

    def _holds_window(self, count: int) -> bool:
        """Whether all is there that a token after the first `count` looks at."""
        # a restored state holds no more of a sliding window's layers than the window at its end: -1 is none left
        oldest = int(self.api.llama_memory_seq_pos_min(self.memory, 0))
        return 0 <= oldest <= max(0, count - self.model.sliding_window)

    def can_cut(self, count: int) -> bool:
        """Whether the last `count` tokens can be read again: behind what is left, and with nothing missing there."""
        return not self.model.recurrent and self._holds_window(len(self.tokens) - count)

    def mark_size(self) -> int:
        """Bytes of a mark."""
        return int(self.api.llama_state_seq_get_size_ext(self.pointer, 0, self.api.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY))

    def mark(self) -> None:
        """Remember the state of the recurrent layers here, so that `keep` can come back to it. The last few are kept."""
        here = len(self.tokens)
        if not here or any(at == here for at, _ in self._marks):
            return
        size = self.mark_size()
        data = _memory(size)
        if data is None:
            return
        room = (ctypes.c_uint8 * size).from_buffer(data)
        flags = self.api.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
        written = self.api.llama_state_seq_get_data_ext(self.pointer, room, size, 0, flags)
        del room
        if written != size:
            data.close()
            return
        self._marks.append((here, data))
        while len(self._marks) > _MOST_MARKS:
            self._marks.pop(0)[1].close()

    def _return_to(self, count: int) -> bool:
        data = next(data for at, data in self._marks if at == count)
        room = (ctypes.c_uint8 * len(data)).from_buffer(data)
        flags = self.api.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
        read = self.api.llama_state_seq_set_data_ext(self.pointer, room, len(data), 0, flags)
        del room
        return int(read) == len(data)

    def _drop_marks(self, beyond: int) -> None:
        for at, data in self._marks:
            if at > beyond:
                data.close()
        self._marks = [(at, data) for at, data in self._marks if at <= beyond]

    def clear(self) -> None:
        self.api.llama_memory_clear(self.memory, True)
        self.tokens.clear()
        self._drop_marks(0)

    def decode(self, tokens: Sequence[int], *, every: bool = False) -> bool:
        """Append `tokens` (at most batch_size) and compute the logits of the last one, or of every one. False when the
        stop flag ended it.

        Raises NativeError; the cache is then as it was before, or empty.
        """
        start, count = len(self.tokens), len(tokens)
        self._token[:count] = list(tokens)
        self._position[:count] = list(range(start, start + count))
        if count > 1:
            self._output[: count - 1] = [every] * (count - 1)
        self._output[count - 1] = 1
        self._batch.n_tokens = count
        result = self.api.llama_decode(self.pointer, self._batch)
        if result == 0:
            self.tokens.extend(tokens)
            return True
        self.undo(start)
        if result == 2:
            return False
        raise NativeError(f"decoding failed with {result}: {self.model.library.last_words()}")

    def state_size(self) -> int:
        """Bytes of a copy of what the cache holds."""
        return int(self.api.llama_state_seq_get_size(self.pointer, 0))

    def save_state(self) -> mmap.mmap | None:
        """A copy of what the cache holds, in memory of its own; None when there is nothing or no memory for it."""
        size = self.state_size()
        if not self.tokens or size <= 0:
            return None
        data = _memory(size)
        if data is None:
            return None
        room = (ctypes.c_uint8 * size).from_buffer(data)
        written = self.api.llama_state_seq_get_data(self.pointer, room, size, 0)
        del room
        if written != size:
            data.close()
            return None
        return data

    def load_state(self, data: mmap.mmap, offset: int, tokens: Sequence[int]) -> bool:
        """Put the copied state that begins at `offset` of `data` in the place of what the cache holds. False, and an
        empty cache, when it does not fit.

        Native code trusts its contents: they must come from save_state of the same model and settings.
        """
        self.clear()
        size = len(data) - offset
        if not 0 < len(tokens) <= self.size or size <= 0:
            return False
        room = (ctypes.c_uint8 * size).from_buffer(data, offset)
        read = self.api.llama_state_seq_set_data(self.pointer, room, size, 0)
        del room
        if read != size or self.api.llama_memory_seq_pos_max(self.memory, 0) != len(tokens) - 1:
            self.clear()
            return False
        self.tokens = list(tokens)
        return True

    def undo(self, start: int) -> None:
        """Bring the cache back to its first `start` tokens, or clear it where that can't be."""
        if start:
            ok = self.api.llama_memory_seq_rm(self.memory, 0, start, -1)
            if ok and self.api.llama_memory_seq_pos_max(self.memory, 0) == start - 1:
                return
        self.clear()

    def step(self, token: int, sampler: HasPointer) -> int:
        """Append one token and sample the next; -1 when the stop flag ended it. `decode` and `sample` in one, for the
        loop where Python counts."""
        count = len(self.tokens)
        self._token[0], self._position[0], self._output[0] = token, count, 1
        self._batch.n_tokens = 1
        if self._decode(self.pointer, self._batch) != 0:
            return -1 if not self.decode((token,)) else self.sample(sampler)
        self.tokens.append(token)
        return self._sample(sampler.pointer, self.pointer, -1)  # type: ignore[no-any-return]

    def sample(self, sampler: HasPointer, index: int = -1) -> int:
        """A token from the logits of the batch's token `index`, -1 for the last one."""
        return int(self.api.llama_sampler_sample(sampler.pointer, self.pointer, index))

    def cut(self, count: int) -> None:
        """Take the last `count` tokens back."""
        left = len(self.tokens) - count
        if count and not self.api.llama_memory_seq_rm(self.memory, 0, left, -1):
            raise NativeError("tokens could not be taken back")
        del self.tokens[left:]


def _memory(size: int) -> mmap.mmap | None:
    """Memory that goes back to the system as soon as it is closed; None when there is none."""
    try:
        if sys.platform != "linux":
            return mmap.mmap(-1, size)
        data = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except (OSError, ValueError):
        return None
    with contextlib.suppress(OSError):  # a kernel without large pages; with them it is filled four times as fast
        data.madvise(mmap.MADV_HUGEPAGE)
    return data
