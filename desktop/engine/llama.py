"""The native library and a model of it: loading, tokens, what a file says. The only file of desktop/ that imports llama_cpp.

Only the low-level functions are used. Facts on them: llama.h of llama.cpp as pinned with llama-cpp-python.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
import types
from array import array
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

CPU, GPU, INTEGRATED_GPU = 0, 1, 2  # ggml_backend_dev_type
_WARNING, _ERROR, _CONTINUED = 3, 4, 5  # ggml_log_level
UNKNOWN, CONTROL, USER_DEFINED = 1 << 0, 1 << 3, 1 << 4  # llama_token_attr
STRIPS_LEFT, STRIPS_RIGHT = 1 << 7, 1 << 8


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
        self.pieces = _TokenTexts(self)

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

    def template(self, name: str = "") -> str:
        """The chat template; with a name one beside it, "" where the file has none."""
        if name:
            return self.metadata(f"tokenizer.chat_template.{name}") or ""
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
        return self.text(token) if token >= 0 else ""

    @property
    def beginning(self) -> list[int]:
        """The tokens that the vocabulary puts before a text: its BOS, or none."""
        token = int(self.api.llama_vocab_bos(self.vocab)) if self.adds_bos else -1
        return [token] if token >= 0 else []

    def tokenize(self, text: str, *, add_special: bool = True, parse_special: bool = True) -> list[int]:
        """Token ids of `text`; special tokens are recognised in it with parse_special.

        add_special: BOS in front where the vocabulary wants one. What it wants behind a text (EOS, SEP) is never added: a
        prompt goes on with the reply.
        """
        data = text.encode("utf-8", "replace")
        room = len(data) + 16  # a token has at least one byte, but for the added ones
        buffer = (ctypes.c_int32 * room)()
        count = self.api.llama_tokenize(self.vocab, data, len(data), buffer, room, False, parse_special)
        if count < 0:
            room = -count
            buffer = (ctypes.c_int32 * room)()
            count = self.api.llama_tokenize(self.vocab, data, len(data), buffer, room, False, parse_special)
        if count < 0:
            raise NativeError("the text could not be tokenized")
        tokens: list[int] = buffer[:count]
        return [*self.beginning, *tokens] if add_special else tokens

    def attributes(self, token: int) -> int:
        """The bits of llama_token_attr."""
        return int(self.api.llama_vocab_get_attr(self.vocab, token))

    def text(self, token: int) -> str:
        """What a control token looks like where it is parsed."""
        return _text(self.api.llama_vocab_get_text(self.vocab, token))

    def has_control(self, tokens: Sequence[int]) -> bool:
        """Whether some of `tokens` have a text only where it is asked for, as control and unknown tokens do."""
        ids = (ctypes.c_int32 * len(tokens)).from_buffer(array("i", tokens))
        plain, all_ = (
            self.api.llama_detokenize(self.vocab, ids, len(ids), None, 0, False, special) for special in (False, True)
        )
        return bool(plain != all_)

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


class _TokenTexts(dict[int, bytes | None]):
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
