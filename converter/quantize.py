"""ggml's arithmetic: floats to blocks. The converter's only import of llama_cpp.

The functions of the shared library are called through ctypes, which releases the interpreter's lock, so that threads
quantize side by side.
"""

from __future__ import annotations

import ctypes
import functools
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from converter.ggml import GgmlType, row_bytes
from converter.tensors import Array, DType, Floats, bf16_to_f32, working

_FLOAT_P = ctypes.POINTER(ctypes.c_float)

# Below this magnitude no block scale can overflow float16, so the result need not be looked at.
_SAFE = 32768.0


class NotFinite(ValueError):  # noqa: N818
    """A block of weights holds NaN or infinity, or values that the wanted type cannot hold."""


@functools.cache
def library() -> Any:
    """libggml with typed functions. Loading it takes about 0.2 s, so it happens on first use."""
    from llama_cpp import _ggml

    found = _ggml.libggml
    found.ggml_quantize_chunk.restype = ctypes.c_size_t
    found.ggml_quantize_chunk.argtypes = (
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_int64,
        ctypes.c_int64,
        ctypes.c_int64,
        ctypes.c_void_p,
    )
    found.ggml_validate_row_data.restype = ctypes.c_bool
    found.ggml_validate_row_data.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
    for convert in (found.ggml_bf16_to_fp32_row, found.ggml_fp16_to_fp32_row):
        convert.restype = None
        convert.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)
    found.ggml_quantize_init.restype = None
    found.ggml_quantize_init.argtypes = (ctypes.c_int,)
    return found


def prepare(kind: GgmlType) -> None:
    """Build the tables of a type before threads need them."""
    library().ggml_quantize_init(int(kind))


class Scratch(threading.local):
    """Each thread's own memory for one block, used again and again: fresh pages cost as much as some quantizing."""

    def __init__(self) -> None:
        self._floats: Floats = np.empty(0, np.float32)
        self._bytes: npt.NDArray[np.uint8] = np.empty(0, np.uint8)

    def floats(self, count: int) -> Floats:
        if self._floats.size < count:
            self._floats = np.empty(count, np.float32)
        return self._floats[:count]

    def bytes(self, count: int) -> npt.NDArray[np.uint8]:
        if self._bytes.size < count:
            self._bytes = np.empty(count, np.uint8)
        return self._bytes[:count]


def to_f32(data: Array, dtype: DType, scratch: Scratch | None = None) -> Floats:
    """Stored elements as float32, contiguous, of the same shape; in `scratch`, if given, until its next use."""
    if dtype is DType.F32:
        return np.ascontiguousarray(data, dtype=np.float32)
    if dtype in (DType.BF16, DType.F16):
        data = np.ascontiguousarray(data)
        out = np.empty(data.shape, np.float32) if scratch is None else scratch.floats(data.size).reshape(data.shape)
        convert = library().ggml_bf16_to_fp32_row if dtype is DType.BF16 else library().ggml_fp16_to_fp32_row
        convert(data.ctypes.data, out.ctypes.data, data.size)
        return out
    return np.ascontiguousarray(working(data, dtype), dtype=np.float32)


def encode(rows: Floats, kind: GgmlType, scratch: Scratch | None = None) -> Array:
    """Rows of float32, shape (n, columns), as the bytes of `kind`; in `scratch`, if given, until its next use.

    Raises NotFinite for NaN, infinity and values whose scale the type cannot hold.
    """
    count, columns = rows.shape
    if not rows.size:
        return np.empty(0, np.uint8)
    high, low = float(rows.max()), float(rows.min())
    if not (np.isfinite(high) and np.isfinite(low)):
        raise NotFinite("NaN or infinite")
    if kind is GgmlType.F32:
        return rows.view(np.uint8).reshape(-1)
    size = count * row_bytes(kind, columns)
    out = np.empty(size, np.uint8) if scratch is None else scratch.bytes(size)
    library().ggml_quantize_chunk(int(kind), rows.ctypes.data, out.ctypes.data, 0, count, columns, None)
    if max(high, -low) > _SAFE and not _holds(out, kind):
        raise NotFinite(f"too large for {kind.name}")
    return out


def seconds_per_element(kind: GgmlType) -> float:
    """How long one core takes to make one element of `kind` from BF16: the best of three tries on a few thousand."""
    sample = np.random.default_rng(0).standard_normal((8, 2048), dtype=np.float32)
    bits = (sample.view(np.uint32) >> 16).astype(np.uint16)
    prepare(kind)
    tries = []
    for _ in range(3):
        start = time.perf_counter()
        encode(to_f32(bits, DType.BF16), kind)
        tries.append(time.perf_counter() - start)
    return min(tries) / sample.size


def _holds(data: Array, kind: GgmlType) -> bool:
    if kind is GgmlType.F16:
        return bool(np.isfinite(data.view(np.float16)).all())
    if kind is GgmlType.BF16:
        return bool(np.isfinite(bf16_to_f32(data.view(np.uint16))).all())
    return bool(library().ggml_validate_row_data(int(kind), data.ctypes.data, data.size))


def check_finite(data: Array, dtype: DType) -> None:
    """Raises NotFinite if stored floats hold NaN or infinity: an exponent of all ones."""
    if dtype is DType.BF16:
        bits, mask = data.view(np.uint16), 0x7F80
    elif dtype is DType.F16:
        bits, mask = data.view(np.uint16), 0x7C00
    elif dtype is DType.F32:
        bits, mask = data.view(np.uint32), 0x7F800000
    else:
        return
    if bits.size and (bits & bits.dtype.type(mask)).max() == mask:
        raise NotFinite("NaN or infinite")


def try_model(path: str, *, threads: int, tokens: int) -> None:
    """Open a GGUF file with the engine and generate a few tokens, greedily. With `tokens` 0 only the vocabulary is loaded.

    Meant for a child process: malformed files may end it. Raises RuntimeError with what the engine said.
    """
    import llama_cpp

    said: list[str] = []

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
    def listen(level: int, text: bytes, _: object) -> None:
        if level == _LOG_ERROR:
            said.append(text.decode("utf-8", errors="replace").strip())

    def fail(what: str) -> RuntimeError:
        return RuntimeError(next((line for line in said if line), what))

    _LISTENERS.append(listen)
    llama_cpp.llama_log_set(listen, ctypes.c_void_p(0))
    _load_backends(llama_cpp.llama_cpp._lib, Path(llama_cpp.__file__).parent)
    llama_cpp.llama_backend_init()
    model_options = llama_cpp.llama_model_default_params()
    model_options.vocab_only = tokens == 0
    model_options.use_extra_bufts = False  # no second, rearranged copy of the weights
    model_options.n_gpu_layers = 0
    model = llama_cpp.llama_model_load_from_file(path.encode(), model_options)
    if not model:
        raise fail("the model could not be loaded")
    if not tokens:
        return
    options = llama_cpp.llama_context_default_params()
    options.n_ctx = options.n_batch = options.n_ubatch = 64
    options.n_threads = options.n_threads_batch = threads
    context = llama_cpp.llama_init_from_model(model, options)
    if not context:
        raise fail("no context could be made")
    vocab = llama_cpp.llama_model_get_vocab(model)
    size = llama_cpp.llama_vocab_n_tokens(vocab)
    token = max(0, llama_cpp.llama_vocab_bos(vocab))
    for _ in range(tokens):
        batch = llama_cpp.llama_batch_get_one((llama_cpp.llama_token * 1)(token), 1)
        if llama_cpp.llama_decode(context, batch):
            raise fail("a token could not be computed")
        logits = np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(context, -1), shape=(size,))
        if not np.isfinite(logits).all():
            raise RuntimeError("the model computes NaN or infinity")
        token = int(logits.argmax())


def _load_backends(llama: Any, package: Path) -> None:
    """A build whose backends are files of their own (GGML_BACKEND_DL) finds them only where it is told to look.

    llama: the loaded libllama, whose registry of backends must be the one that is filled: libggml lies there under several
    names, and another of them would be another copy. Windows finds only a library's own functions, and has libggml once.
    """
    ggml = llama if hasattr(llama, "ggml_backend_reg_count") else library()
    ggml.ggml_backend_reg_count.restype = ctypes.c_size_t
    ggml.ggml_backend_load_all_from_path.argtypes = (ctypes.c_char_p,)
    for place in (package / "lib", package.parent / "bin"):
        if ggml.ggml_backend_reg_count() == 0 and place.is_dir():
            ggml.ggml_backend_load_all_from_path(os.fsencode(place))


_LOG_ERROR = 4  # GGML_LOG_LEVEL_ERROR
_LISTENERS: list[object] = []
"""The library keeps the pointer to a log callback until its process ends, so they are never freed."""
