"""Main loop of the engine process.

One thread reads frames and raises the stop flag; the main thread loads, reads and writes. The process ends when its
input closes, so it never outlives the window.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationStats, StoppedBy
from desktop.core.sandbox import WRITING, restrict_calls, restrict_files
from desktop.engine.process import claim_standard_streams, die_with_parent
from desktop.engine.protocol import (
    EARLY,
    PROTOCOL,
    AnswerNow,
    Crashed,
    Failed,
    Finished,
    Forget,
    Frame,
    Generate,
    LimitStates,
    Load,
    Loaded,
    LoadProgress,
    Ping,
    Pong,
    Quit,
    Ready,
    Stop,
    Stopped,
    ToEngine,
    Unload,
    Unloaded,
    encode,
    read_frames,
    to_engine_decoder,
)

Work = Load | Generate | Unload | Forget | LimitStates
_SPARE_BYTES = 4 << 30
"""Address space for stacks and buffers that are never filled, beyond what the computer has."""
_IDLE_S = 5.0
"""An engine without work for so long writes states of chats to disk."""
_LOOK_S = 10.0
"""Time between two looks at the memory of the computer, while nothing is at work."""
_CLOSING_S = 1.5
"""Time for states when the window has closed: it waits two seconds."""


def main(argv: Sequence[str]) -> int:
    """Run the engine process. argv: ["--early"], [folder for states of chats, or nothing] and the parent's process id.

    With --early the first frame is a Load, and everything but its files is given up before the library starts: for
    libraries whose drivers start threads, which would keep their rights.
    """
    *folders, parent = argv or ["0"]
    early = folders[:1] == [EARLY]
    folders = folders[1:] if early else folders
    die_with_parent(int(parent))
    os.umask(0o077)  # states of chats are for their owner's eyes
    frames_in, frames_out = claim_standard_streams()
    states = Path(folders[0]) if folders else None
    held = confine_engine(states)
    with os.fdopen(frames_in, "rb") as requests:
        frames = read_frames(requests, to_engine_decoder)
        if not early:
            return _Engine(frames_out, held).run(frames)
        first = next(frames, None)
        if not isinstance(first, Load):
            return 0
        held += give_up_reading(first)
        return _Engine(frames_out, held).run(frames, first)


def confine_engine(states: Path | None) -> list[str]:
    """Give up writing, and core dumps, which would hold chats and gigabytes of weights; bound memory by what there is."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform.startswith("linux"):
            with contextlib.suppress(OSError, ValueError):  # a lower bound holds already
                most = _all_memory() + _SPARE_BYTES
                resource.setrlimit(resource.RLIMIT_DATA, (most, most))
            with contextlib.suppress(OSError):  # where memory runs out, this process goes and not the window
                Path("/proc/self/oom_score_adj").write_text("500")
    if states is not None:
        with contextlib.suppress(OSError):  # without the folder nothing is kept
            states.mkdir(parents=True, exist_ok=True, mode=0o700)
            states.chmod(0o700)
    return restrict_files(write=[states] if states is not None else [], gpu=True, reading=False, folders=False)


def _all_memory() -> int:
    """Bytes of memory and swap; a mapped model takes nothing of it."""
    fields = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return sum(int(fields[name].split()[0]) * 1024 for name in ("MemTotal", "SwapTotal"))


def give_up_reading(load: Load) -> list[str]:
    """Give up every file that `load` does not need, writing but into the folder for states of its model, and files larger than
    states may be. Returns what is held now."""
    if sys.platform != "win32":
        import resource

        most = max(load.options.states_bytes, 1 << 20)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    if load.readable is None:
        return []
    options = load.options
    own = (load.facts.path, options.projector, options.draft, *(adapter.path for adapter in options.adapters))
    read = [Path(name) for name in (*load.readable, *own) if name]
    held = restrict_files(read=read, write=[Path(load.states)] if load.states else [], gpu=True, folders=False)
    return [name for name in held if name != WRITING]


class _Engine:
    def __init__(self, frames_out: int, held: list[str]) -> None:
        from desktop.engine.llama import GPU, INTEGRATED_GPU, Library, StopFlag
        from desktop.engine.session import Session
        from desktop.engine.template import TemplateProcess, TemplateStopped

        self._out, self._held = frames_out, held
        self._sending = threading.Lock()
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._current = 0
        """Request at work; 0: none."""
        self._stopped: set[int] = set()
        """Requests stopped before they began."""
        self._closing = False
        self._flag = StopFlag()
        self._templates = TemplateProcess(self._flag)
        self._templates.start()
        self._library = Library()
        self._gpus = GPU, INTEGRATED_GPU
        self._held += restrict_calls()  # what starts programs and opens connections has been started
        self._make_session = Session
        self._session: Session | None = None
        self._template_stopped = TemplateStopped

    def run(self, frames: Iterator[ToEngine], first: Load | None = None) -> int:
        self.send(
            Ready(
                protocol=PROTOCOL,
                library=self._library.description(),
                gpu=self._library.has_gpu(),
                sandbox=self._held,
                late=first is None and _is_alone(),
                gpu_free=self._library.free_memory_of(*self._gpus) if self._library.has_gpu() else 0,
            )
        )
        if first is None:
            first = self._wait_for_load(frames)
            if first is None:
                return 0
            self._held += give_up_reading(first) if _is_alone() else []
        self._work.put(first)
        threading.Thread(target=self._listen, args=(frames,), name="frames", daemon=True).start()
        try:
            while (work := self._next()) is not None:
                self._do(work)
            self._unload(_CLOSING_S)
        except BrokenPipeError:
            return 0  # the window is gone
        finally:
            self._templates.close()
        return 0

    def _wait_for_load(self, frames: Iterator[ToEngine]) -> Load | None:
        """Answer until a model is wanted, without another thread: one that ran already would keep the right to read."""
        try:
            for frame in frames:
                if isinstance(frame, Load):
                    return frame
                if isinstance(frame, Quit):
                    break
                if isinstance(frame, Ping | Stop | AnswerNow):
                    self._hear(frame)
                else:
                    self._do(frame)
        except BrokenPipeError:
            pass  # the window is gone
        self._templates.close()
        return None

    def _hear(self, frame: Ping | Stop | AnswerNow) -> None:
        if isinstance(frame, Stop):
            self._stop(frame.request)
        elif isinstance(frame, AnswerNow):
            if (session := self._session) is not None:
                session.hurried = frame.request
        else:
            self.send(Pong(count=frame.count))

    def _next(self) -> Work | None:
        """The next piece of work; an engine without any for a while writes down what it has read and looks after the
        computer's memory."""
        wait, rested = _IDLE_S, False
        while True:
            try:
                return self._work.get(timeout=wait)
            except queue.Empty:
                chats = self._session.chats if self._session is not None else None
            if chats is None:
                return self._work.get()
            if not rested:
                chats.rest(lambda: not self._work.empty())
                rested = True
            chats.relieve()
            if not chats.names:
                return self._work.get()
            wait = _LOOK_S

    def send(self, frame: Frame) -> None:
        data = memoryview(encode(frame))
        with self._sending:
            while data:
                data = data[os.write(self._out, data) :]

    def _listen(self, frames: Iterator[ToEngine]) -> None:
        try:
            for frame in frames:
                if isinstance(frame, Ping | Stop | AnswerNow):
                    self._hear(frame)
                elif isinstance(frame, Quit):
                    break
                else:
                    self._work.put(frame)
        except Exception:  # a broken pipe or frame: the window is gone or wrong, so the engine ends
            sys.excepthook(*sys.exc_info())
        with self._guard:
            self._closing = True
            self._flag.set()
        self._work.put(None)

    def _stop(self, request: int) -> None:
        with self._guard:
            if request == self._current:
                self._flag.set()
            elif request > self._current:
                self._stopped.add(request)

    def _do(self, work: Work) -> None:
        if isinstance(work, Forget):
            self._forget(work.chats)
            return
        if isinstance(work, LimitStates):
            self._limit(work.bytes)
            return
        with self._guard:
            self._current = work.request
            self._flag.clear()
            if self._closing or work.request in self._stopped:
                self._flag.set()
            self._stopped = {request for request in self._stopped if request > work.request}
        try:
            if isinstance(work, Load):
                self._load(work)
            elif isinstance(work, Generate):
                self._generate(work)
            else:
                self._unload()
                self.send(Unloaded(request=work.request))
        except SamarError as problem:
            self.send(Failed(request=work.request, code=problem.code, details=problem.details))
        except BrokenPipeError:
            raise
        except BaseException:
            import traceback

            self.send(Crashed(request=work.request, traceback=traceback.format_exc()))
            raise

    def _load(self, work: Load) -> None:
        from desktop.engine.llama import LoadStopped

        if self._session is not None and self._session.takes(work.options, work.facts):
            self._session.change(work.options)
            self.send(Loaded(request=work.request, model=self._session.info, sandbox=self._held))
            return
        self._unload()
        shown = -1.0

        def progress(fraction: float) -> None:
            nonlocal shown
            if fraction - shown >= 0.01 or fraction >= 1.0:
                shown = fraction
                self.send(LoadProgress(request=work.request, fraction=fraction))

        try:
            self._session = self._make_session(
                self._library,
                self._templates,
                self._flag,
                work.options,
                work.facts,
                progress,
                Path(work.states) if work.states else None,
                work.draft,
            )
        except (LoadStopped, self._template_stopped):
            self.send(Stopped(request=work.request))
            return
        self.send(Loaded(request=work.request, model=self._session.info, sandbox=self._held))

    def _generate(self, work: Generate) -> None:
        if self._session is None:
            raise SamarError("no_model")
        try:
            self._session.generate(work.request, work.body, self.send)
        except self._template_stopped:
            stats = GenerationStats(prompt_tokens=0, stopped_by=StoppedBy.USER)
            self.send(Finished(request=work.request, stats=stats))

    def _unload(self, seconds: float = 60.0) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close(seconds)

    def _forget(self, chats: tuple[str, ...]) -> None:
        if self._session is not None:
            self._session.chats.forget(chats)

    def _limit(self, size: int) -> None:
        if self._session is not None and (store := self._session.chats.store) is not None:
            store.set_limit(size)


def _is_alone() -> bool:
    """Whether no other thread runs in this process."""
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
