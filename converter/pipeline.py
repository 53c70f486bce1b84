"""From a plan to a published file: write, verify, rename."""

from __future__ import annotations

import shutil
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np

from converter import quantize
from converter.checkpoint import MappedTensor
from converter.errors import ConversionError, ExitStatus
from converter.events import CancelToken, Reporter
from converter.ggml import FileType, GgmlType
from converter.tensors import DType, Tensor
from converter.verify import verify
from converter.writer import PartFile, TensorInfo, padded

_BLOCK = 1 << 17
"""Elements that are converted at a time: float32 blocks that stay in a core's cache."""
_JOB = 1 << 20
"""Elements that one task of a worker covers."""
_scratch = quantize.Scratch()
_SAME = {DType.F32: GgmlType.F32, DType.F16: GgmlType.F16, DType.BF16: GgmlType.BF16}


class Convertible(Protocol):
    """What can be written: a model's plan or an adapter's."""

    runnable: ClassVar[bool]
    tensors: list[tuple[str, Tensor]]

    @property
    def folder(self) -> Path: ...

    def infos(self, file_type: FileType) -> list[TensorInfo]: ...

    def head(self, file_type: FileType) -> bytes: ...


def convert(
    plan: Convertible,
    file_type: FileType,
    target: Path,
    *,
    force: bool,
    threads: int,
    report: Reporter,
    cancel: CancelToken,
) -> int:
    """Write the file, verify it and give it its name. Returns its size in bytes.

    Raises ConversionError, Cancelled among them; then nothing of the output is left.
    """
    check_target(plan.folder, target, force=force)
    infos = plan.infos(file_type)
    head = plan.head(file_type)
    size = len(head) + sum(padded(info.nbytes) for info in infos)
    _check_space(target, size)
    tensors = [tensor for _, tensor in plan.tensors]
    with PartFile(target, force=force) as part:
        part.reserve(size)
        part.write(head, 0)
        _write_tensors(part, infos, tensors, len(head), threads, report, cancel)
        report.progress("verify", 0, 1)
        with ThreadPoolExecutor(1, thread_name_prefix="sync") as background:
            synced = background.submit(part.sync)  # the disk works while the engine looks
            verify(part.path, head, size, runnable=plan.runnable, threads=threads, report=report, cancel=cancel)
            report.progress("verify", 1, 1)
            report.progress("publish", 0, 1)
            synced.result()
        cancel.check()
        part.publish()
        report.progress("publish", 1, 1)
    return size


def check_target(source: Path, target: Path, *, force: bool) -> None:
    """Refuse an output that exists, that has no folder, or that would lie in the source. Raises ConversionError."""
    if target.is_dir():
        raise ConversionError(ExitStatus.CANNOT_WRITE, f"{target} is a folder.")
    if not target.parent.is_dir():
        raise ConversionError(ExitStatus.CANNOT_WRITE, f"The folder {target.parent} does not exist.")
    if source.resolve() in (target.resolve(), *target.resolve().parents):
        raise ConversionError(
            ExitStatus.CANNOT_WRITE, f"{target} would lie inside the checkpoint, which is never written to."
        )
    if not force and (target.exists() or target.is_symlink()):
        raise ConversionError(ExitStatus.OUTPUT_EXISTS, f"{target} exists; --force replaces it.")


def _check_space(target: Path, size: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if free < size:
        raise ConversionError(
            ExitStatus.NO_SPACE,
            f"The file needs {_amount(size)}, but {target.parent} has only {_amount(free)} free.",
        )


def _amount(size: int) -> str:
    """Bytes for a person: a tiny file does not need 0.00 GB."""
    return f"{size / 1e9:.2f} GB" if size >= 10**8 else f"{size / 1e6:.2f} MB"


def _write_tensors(
    part: PartFile,
    infos: Sequence[TensorInfo],
    tensors: Sequence[Tensor],
    offset: int,
    threads: int,
    report: Reporter,
    cancel: CancelToken,
) -> None:
    total = sum(tensor.size for tensor in tensors)
    progress = _Progress(report, total)
    stop = threading.Event()
    for kind in {info.type for info in infos}:
        quantize.prepare(kind)
    pending: set[Future[None]] = set()
    used: deque[tuple[Tensor, list[Future[None]]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="quantize") as pool:
        try:
            for info, tensor in zip(infos, tensors, strict=True):
                cancel.check()
                tensor.expect()
                ready = tensor.prepare()
                own: list[Future[None]] = []
                for start, stop_row in _jobs(ready):
                    job = _Job(part, info, ready, offset, start, stop_row, stop, progress)
                    own.append(pool.submit(job.run))
                    pending = _drain(pending | {own[-1]}, 3 * threads, cancel)
                used.append((tensor, own))
                while used and all(future.done() for future in used[0][1]):
                    used.popleft()[0].release()
                offset += padded(info.nbytes)
            while pending:
                pending = _drain(pending, 1, cancel)
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def _drain(pending: set[Future[None]], limit: int, cancel: CancelToken) -> set[Future[None]]:
    """Wait until fewer than `limit` tasks are under way; an error of a task is raised here."""
    while len(pending) >= limit:
        cancel.check()
        done, pending = wait(pending, timeout=0.1, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
    return pending


def _jobs(tensor: Tensor) -> Iterator[tuple[int, int]]:
    rows = max(1, _JOB // max(1, tensor.columns))
    for start in range(0, tensor.row_count, rows):
        yield start, min(start + rows, tensor.row_count)


class _Progress:
    """Counts elements over all threads."""

    def __init__(self, report: Reporter, total: int) -> None:
        self._report, self._total, self._done = report, total, 0
        self._lock = threading.Lock()
        report.progress("convert", 0, total)

    def add(self, count: int) -> None:
        with self._lock:
            self._done += count
            self._report.progress("convert", self._done, self._total)


class _Job:
    """Some rows of one tensor, converted and written in blocks."""

    def __init__(
        self,
        part: PartFile,
        info: TensorInfo,
        tensor: Tensor,
        offset: int,
        start: int,
        stop: int,
        halt: threading.Event,
        progress: _Progress,
    ) -> None:
        self.part, self.info, self.tensor, self.offset = part, info, tensor, offset
        self.start, self.stop, self.halt, self.progress = start, stop, halt, progress

    def run(self) -> None:
        tensor, kind = self.tensor, self.info.type
        row_bytes = self.info.nbytes // tensor.row_count
        same = _SAME.get(tensor.dtype) is kind
        step = max(1, (_JOB if same else _BLOCK) // tensor.columns)
        try:
            for row in range(self.start, self.stop, step):
                if self.halt.is_set():
                    return
                data = tensor.read(row, min(row + step, self.stop))
                if same:
                    out = np.ascontiguousarray(data)
                    quantize.check_finite(out, tensor.dtype)
                else:
                    out = quantize.encode(quantize.to_f32(data, tensor.dtype, _scratch), kind, _scratch)
                self.part.write(out, self.offset + row * row_bytes)
        except quantize.NotFinite as problem:
            raise ConversionError(
                ExitStatus.NOT_FINITE, f"{self.info.name} holds weights that are {problem}."
            ) from None
        if isinstance(tensor, MappedTensor):
            tensor.release_rows(self.start, self.stop)
        self.progress.add((self.stop - self.start) * tensor.columns)
