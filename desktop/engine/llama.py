"""The native library: model, context, tokens, decoding, sampling. The only file of desktop/ that imports llama_cpp.

Only the low-level functions are used. Facts on them: llama.h of llama.cpp as pinned with llama-cpp-python.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import mmap
import os
import sys
import types
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from desktop.engine.states import common_prefix

KV_TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q5_0": 6, "q8_0": 8, "bf16": 30}
FLASH_ATTENTION = {"auto": -1, "off": 0, "on": 1}  # llama_flash_attn_type
CPU, GPU, INTEGRATED_GPU = 0, 1, 2  # ggml_backend_dev_type
_MOST_MARKS = 3
_WARNING, _ERROR, _CONTINUED = 3, 4, 5  # ggml_log_level


class NativeError(Exception):
    """The native library refused. The text is its own last words."""


class LoadStopped(Exception):  # noqa: N818 - a state, not an error
    """The progress callback ended a load."""


def _bindings() -> Any:
    """`llama_cpp.llama_cpp` without its package's __init__, which would import numpy and the high-level class:
    200 ms and 22 MB that this process has no use for."""
    if "llama_cpp" not in sys.modules:
        spec = importlib.util.find_spec("llama_cpp")
        if spec is None or spec.submodule_search_locations is None:
            raise NativeError("llama-cpp-python is not installed")
        package = types.ModuleType("llama_cpp")
        package.__path__ = list(spec.submodule_search_locations)
        package.__spec__ = spec
        sys.modules["llama_cpp"] = package
    import llama_cpp.llama_cpp as bindings

    return bindings


class StopFlag:
    """A flag that native code reads by itself.

    The library asks a callback between the nodes of a graph whether to go on; a Python function there would take the
    interpreter's lock a thousand times for each token. So the callback is the C library's strlen on two bytes: the first one
    is set or clear, hence the answer is 1 or 0.
    """

    def __init__(self) -> None:
        self._bytes = ctypes.create_string_buffer(2)
        library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        self.callback = ctypes.cast(library.strlen, ctypes.c_void_p).value or 0
        self.address = ctypes.addressof(self._bytes)

    def set(self) -> None:
        self._bytes[0] = b"\x01"

    def clear(self) -> None:
        self._bytes[0] = b"\x00"

    def __call__(self) -> bool:
        return self._bytes[0] != b"\x00"


_LISTENERS: list[object] = []
"""Log callbacks. The library keeps the pointer until its process ends, so they are never freed."""


class Library:
    """The library itself: loaded once for the process, its log kept."""

    def __init__(self) -> None:
        self.log: deque[str] = deque(maxlen=40)
        """Warnings and errors, oldest first."""
        self._line = ""
        self._keep = False
        self.api = api = _bindings()
        self._log_callback = api.llama_log_callback(self._logged)
        _LISTENERS.append(self._log_callback)
        api.llama_log_set(self._log_callback, None)
        self._load_backends()
        api.llama_backend_init()

    def _load_backends(self) -> None:
        """A build whose backends are files of their own (GGML_BACKEND_DL) finds them only where it is told to look."""
        folder = Path(self.api.__file__).parent
        load_backends(self.api._lib, (folder / "lib", folder / "bin", folder.parent / "bin"))

    def _logged(self, level: int, text: bytes, _data: object) -> None:
        if level != _CONTINUED:
            self._keep = level in (_WARNING, _ERROR)
            self._line = ""
        if not self._keep:
            return
        self._line += text.decode("utf-8", "replace")
        if self._line.endswith("\n"):
            line = self._line.strip()
            self._line = ""
            if line:
                self.log.append(line[:400])
                os.write(2, line[:400].encode() + b"\n")

    def last_words(self) -> str:
        """The library's last error, without the name of the function that spoke."""
        for line in reversed(self.log):
            if "failed to load model" not in line and "error loading model" in line:
                return line.split("error loading model:")[-1].strip()
        return self.log[-1].split(": ", 1)[-1] if self.log else "no reason given"

    def description(self) -> str:
        version, features = self.api.llama_version(), self.api.llama_print_system_info()
        return f"{_text(version)} {_text(features)}".strip()

    def vision_api(self) -> Any:
        """The functions of mtmd, images for models; loaded when first asked for."""
        import llama_cpp.mtmd_cpp as vision

        vision.mtmd_log_set(self._log_callback, None)
        vision.mtmd_helper_log_set(self._log_callback, None)
        return vision

    def has_gpu(self) -> bool:
        return bool(self.api.llama_supports_gpu_offload())

    def free_memory_of(self, *kinds: int) -> int:
        """Bytes that are free on all devices of these kinds together. Only the first kind that is there counts."""
        ggml = _ggml(self.api._lib)
        base = ggml if hasattr(ggml, "ggml_backend_dev_memory") else ctypes.CDLL("ggml-base.dll")
        ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
        ggml.ggml_backend_dev_get.restype, ggml.ggml_backend_dev_get.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
        base.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
        base.ggml_backend_dev_memory.restype = None
        size = ctypes.POINTER(ctypes.c_size_t)
        base.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, size, size]
        sums: dict[int, int] = {}
        for number in range(ggml.ggml_backend_dev_count()):
            device, free, total = ggml.ggml_backend_dev_get(number), ctypes.c_size_t(), ctypes.c_size_t()
            if (kind := int(base.ggml_backend_dev_type(device))) in kinds:
                base.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
                sums[kind] = sums.get(kind, 0) + free.value
        return next((sums[kind] for kind in kinds if kind in sums), 0)


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", "replace") if value else ""


def _ggml(library: Any) -> Any:
    """libggml as libllama uses it."""
    return library if hasattr(library, "ggml_backend_reg_count") else ctypes.CDLL("ggml.dll")


def load_backends(library: Any, places: Sequence[Path]) -> None:
    """Load the backends that lie in the first of `places` that has any, unless the library has its own built in.

    library: the loaded libllama. The registry of backends must be the one that it uses: a second copy of libggml, opened
    under another of its names, would have one of its own. So libggml is asked through libllama, which is linked with it;
    Windows finds only a library's own functions, and has each library once.
    """
    ggml = _ggml(library)
    count, load = ggml.ggml_backend_reg_count, ggml.ggml_backend_load_all_from_path
    count.restype, load.restype, load.argtypes = ctypes.c_size_t, None, [ctypes.c_char_p]
    for place in places:
        if count() == 0 and place.is_dir():
            load(os.fsencode(place))


class Model:
    """A loaded model file. gpu_layers: on devices, -1 for all; 0 is the processor alone. progress: called with 0 … 1; stop: a raised flag ends the load (LoadStopped).

    Raises NativeError with the library's own reason.
    """

    def __init__(
        self,
        library: Library,
        path: str,
        *,
        gpu_layers: int = -1,
        memory_map: bool = True,
        keep_in_memory: bool = False,
        progress: Callable[[float], None] = lambda _: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.library, self.api = library, library.api
        params = self.api.llama_model_default_params()
        params.n_gpu_layers = gpu_layers
        no_devices = (ctypes.c_void_p * 1)(None)
        if gpu_layers == 0:  # else a device that fails would still be asked to help with prompts
            params.devices = ctypes.addressof(no_devices)
        if keep_in_memory:
            params.load_mode = self.api.LLAMA_LOAD_MODE_MMAP_MLOCK if memory_map else self.api.LLAMA_LOAD_MODE_MLOCK
        else:
            params.load_mode = self.api.LLAMA_LOAD_MODE_MMAP if memory_map else self.api.LLAMA_LOAD_MODE_NONE

        def on_progress(fraction: float, _data: object) -> bool:
            progress(fraction)
            return not stop()

        params.progress_callback = type(params.progress_callback)(on_progress)
        library.log.clear()
        self.pointer = self.api.llama_model_load_from_file(os.fsencode(path), params)
        if not self.pointer:
            if stop():
                raise LoadStopped
            raise NativeError(library.last_words())
        self.vocab = self.api.llama_model_get_vocab(self.pointer)
        self.pieces = _Pieces(self)

    def close(self) -> None:
        if self.pointer:
            self.api.llama_model_free(self.pointer)
            self.pointer = None

    def metadata(self, key: str) -> str | None:
        """A scalar of the file's metadata as text; None when there is none."""
        name = key.encode()
        needed = self.api.llama_model_meta_val_str(self.pointer, name, None, 0)
        if needed < 0:
            return None
        buffer = ctypes.create_string_buffer(needed + 1)
        self.api.llama_model_meta_val_str(self.pointer, name, buffer, needed + 1)
        return _text(buffer.value)

    def template(self) -> str:
        return _text(self.api.llama_model_chat_template(self.pointer, None))

    @property
    def size(self) -> int:
        """Vocabulary, tokens."""
        return int(self.api.llama_vocab_n_tokens(self.vocab))

    @property
    def trained_context(self) -> int:
        return int(self.api.llama_model_n_ctx_train(self.pointer))

    @property
    def sliding_window(self) -> int:
        """Tokens of the sliding window; 0 when the model has none."""
        return max(0, int(self.api.llama_model_n_swa(self.pointer)))

    @property
    def heads(self) -> int:
        """Attention heads of a layer."""
        return int(self.api.llama_model_n_head(self.pointer))

    @property
    def kv_heads(self) -> int:
        """Heads of a layer's KV cache, which several attention heads may share."""
        return int(self.api.llama_model_n_head_kv(self.pointer))

    @property
    def recurrent(self) -> bool:
        return bool(self.api.llama_model_is_recurrent(self.pointer) or self.api.llama_model_is_hybrid(self.pointer))

    @property
    def can_chat(self) -> bool:
        """A decoder alone: no encoder, no diffusion."""
        return (
            bool(self.api.llama_model_has_decoder(self.pointer))
            and not self.api.llama_model_has_encoder(self.pointer)
            and not self.api.llama_model_is_diffusion(self.pointer)
        )

    @property
    def adds_bos(self) -> bool:
        return bool(self.api.llama_vocab_get_add_bos(self.vocab))

    def special_text(self, which: str) -> str:
        """Text of the `bos` or `eos` token, "" without one."""
        token = getattr(self.api, f"llama_vocab_{which}")(self.vocab)
        return _text(self.api.llama_vocab_get_text(self.vocab, token)) if token >= 0 else ""

    def tokenize(self, text: str, *, add_special: bool = True, parse_special: bool = True) -> list[int]:
        """Token ids of `text`; special tokens are recognised in it with parse_special."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 16  # a token has at least one byte, but for the added ones
        buffer = (ctypes.c_int32 * room)()
        count = self.api.llama_tokenize(self.vocab, data, len(data), buffer, room, add_special, parse_special)
        if count < 0:
            room = -count
            buffer = (ctypes.c_int32 * room)()
            count = self.api.llama_tokenize(self.vocab, data, len(data), buffer, room, add_special, parse_special)
        if count < 0:
            raise NativeError("the text could not be tokenized")
        return buffer[:count]

    def suppressed_tokens(self) -> list[int]:
        """Tokens that the file says must never be written (tokenizer.ggml.suppress_tokens)."""
        count = ctypes.c_int32(0)
        tokens = self.api.llama_vocab_get_suppress_tokens(self.vocab, ctypes.byref(count))
        return [int(tokens[i]) for i in range(count.value)]

    @property
    def end_token(self) -> int:
        """A token that ends a reply."""
        ends = (getattr(self.api, f"llama_vocab_{which}")(self.vocab) for which in ("eot", "eos"))
        return next((token for token in ends if token >= 0), 0)

    def is_end(self, token: int) -> bool:
        """Whether `token` is one of the tokens that end a reply."""
        return bool(self.api.llama_vocab_is_eog(self.vocab, token))

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """Bytes of one token; b"" for control tokens unless `special`."""
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            length = self.api.llama_token_to_piece(self.vocab, token, buffer, room, 0, special)
            if length >= 0:
                return buffer.raw[:length]
            room = -length


class _Pieces(dict[int, bytes | None]):
    """Bytes of each token, looked up once; None for a token that ends the reply. Control tokens named in `shown` have text."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self._model = model
        self.shown: frozenset[bytes] = frozenset()

    def __missing__(self, token: int) -> bytes | None:
        piece: bytes | None = None
        if not self._model.is_end(token):
            piece = self._model.piece(token)
            if not piece and self._model.piece(token, special=True) in self.shown:
                piece = self._model.piece(token, special=True)
        self[token] = piece
        return piece


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
