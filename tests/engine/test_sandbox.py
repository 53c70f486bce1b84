"""The engine process is confined, says how, and works all the same: with models one after another, wherever they lie."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import psutil
import pytest

import tests.fakes.probing_child
from desktop.core import sandbox
from desktop.core.generation import GenerationParams
from desktop.core.model import Adapter
from desktop.core.program import child_environment
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.kv_snapshots import folder_of
from desktop.engine.protocol import Finished
from desktop.models.adapters import check_adapter
from tests.engine.conftest import NEVER_ENDS
from tests.engine.test_session import OPTIONS, MakeEngine, ask, read
from tests.fakes import tiny_gguf
from tests.fakes.tiny_gguf import write_tiny, write_tiny_adapter

pytestmark = pytest.mark.engine
linux = pytest.mark.skipif(sys.platform != "linux", reason="nothing is enforced there")
LANDLOCK = sandbox.abi() > 0


class Probed:
    """An engine that says what it could do."""

    def __init__(self, make_engine: MakeEngine, *files: Path, states: Path | None = None, **wishes: object) -> None:
        self.files = [str(file) for file in files]
        self.lines: dict[str, str] = {}
        self.told = threading.Event()
        command = [sys.executable, tests.fakes.probing_child.__file__]
        command.append(json.dumps({"read": self.files, **wishes}))
        self.engine = make_engine(command=command, on_log=self._note, check_adapter=check_adapter, states=states)

    def _note(self, line: str) -> None:
        if line.startswith(tests.fakes.probing_child.MARK):
            name, _, value = line.removeprefix(tests.fakes.probing_child.MARK).partition(" ")
            self.lines[self.files[int(name)] if name.isdecimal() else name] = value
            if name == "end":
                self.told.set()

    def try_it(self, model: Path, options: LoadOptions = OPTIONS) -> dict[str, str]:
        """Loads, asks, and returns what could be done meanwhile."""
        self.told.clear()
        self.lines.clear()
        self.engine.load(model, options)
        read(self.engine, ask("hi", max_tokens=4))
        assert self.told.wait(60)
        return dict(self.lines)


def test_that_a_confined_engine_keeps_states_and_says_how_it_is_held(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path
) -> None:
    engine = make_engine(states=tmp_path / "new" / "states")
    assert engine.sandbox == []
    engine.load(tiny_model, LoadOptions(threads=1))
    if LANDLOCK:
        assert {sandbox.READING, sandbox.WRITING} <= set(engine.sandbox)
    request = ChatRequest(messages=(("user", "hello " * 60),), params=GenerationParams(max_tokens=3), kept=True)
    assert isinstance(list(engine.generate(request))[-1], Finished)
    held = engine.sandbox
    engine.close()
    assert engine.sandbox == held
    assert len(list((tmp_path / "new" / "states").glob("*/*.state"))) == 1
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["states"]


@linux
def test_that_memory_files_and_states_are_bounded(make_engine: MakeEngine, tiny_model: Path, tmp_path: Path) -> None:
    states = tmp_path / "states"
    engine = make_engine(states=states)
    engine.limit_states(2_000_000)
    engine.load(tiny_model, OPTIONS)
    process = psutil.Process(engine.pid)
    memory = psutil.virtual_memory().total + psutil.swap_memory().total
    assert memory <= process.rlimit(psutil.RLIMIT_DATA)[1] <= memory + (8 << 30)
    assert process.rlimit(psutil.RLIMIT_FSIZE)[1] == 2_000_000
    assert process.rlimit(psutil.RLIMIT_CORE)[1] == 0
    (states / "of nobody").mkdir()
    for number in range(5):
        (states / "of nobody" / f"{number}").write_bytes(bytes(1_000_000))
    read(engine, ask("hi", max_tokens=2))
    held = sum(path.stat().st_size for path in states.rglob("*") if path.is_file())
    assert 0 < held <= 2_000_000


@linux
def test_that_it_reads_its_model_and_nothing_of_the_person(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("OMP_WAIT_POLICY", "passive")
    secret, other = tmp_path / "id_rsa", write_tiny(tmp_path / "other.gguf")
    secret.write_text("secret")
    beside = tiny_model.with_name("notes.txt")
    beside.write_text("notes")
    others = folder_of(tmp_path / "states", other) / "0.state"  # what another model has read
    others.write_bytes(b"words of a chat")
    probed = Probed(make_engine, secret, beside, other, others, tiny_model, states=tmp_path / "states")
    tried = probed.try_it(tiny_model)
    held = probed.engine.sandbox
    assert tried[str(tiny_model)] == "done"
    if sandbox.READING in held:
        assert {tried[str(path)] for path in (secret, beside, other, others)} == {"EACCES"}
        assert {tried[what] for what in ("writing", "folder")} == {"EACCES"}
    if sandbox.PROCESSES in held:
        assert {tried[what] for what in ("socket", "program", "signal", "mode")} == {"EACCES"}
    assert "HF_TOKEN" not in tried
    assert "OMP_WAIT_POLICY" in tried


@linux
@pytest.mark.parametrize("threads", [False, True], ids=["one thread", "drivers with threads"])
def test_that_each_model_has_a_process_that_reads_no_other(
    make_engine: MakeEngine, tmp_path: Path, threads: bool
) -> None:
    (tmp_path / "a").mkdir()
    first = write_tiny(tmp_path / "a" / "أول [1] %20 ' $x.gguf", seed=1)
    second = write_tiny(tmp_path / "second.gguf", seed=2)
    probed = Probed(make_engine, first, second, threads=threads)
    pids = set()
    for model, other in ((first, second), (second, first), (first, second)):
        tried = probed.try_it(model)
        pids.add(probed.engine.pid)
        assert tried[str(model)] == "done"
        if LANDLOCK:
            assert tried[str(other)] == "EACCES"
            assert sandbox.READING in probed.engine.sandbox
    assert len(pids) == (3 if LANDLOCK else 1)
    pid = probed.engine.pid
    probed.try_it(first, msgspec.structs.replace(OPTIONS, context=512))
    assert probed.engine.pid == pid, "the same file with other options"


@linux
def test_that_a_kernel_without_landlock_is_said_and_costs_no_process(make_engine: MakeEngine, tmp_path: Path) -> None:
    first, second = write_tiny(tmp_path / "first.gguf", seed=1), write_tiny(tmp_path / "second.gguf", seed=2)
    probed = Probed(make_engine, second, landlock=False)
    probed.try_it(first)
    pid = probed.engine.pid
    assert probed.try_it(second)[str(second)] == "done"
    assert probed.engine.pid == pid
    assert sandbox.READING in sandbox.missing(probed.engine.sandbox)


def test_that_links_parts_and_replaced_files_load(
    make_engine: MakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        split = functools.partial(tiny_gguf.gguf.GGUFWriter, split_max_tensors=7)
        patched.setattr(tiny_gguf.gguf, "GGUFWriter", split)
        write_tiny(tmp_path / "whole.gguf", favour=NEVER_ENDS)
    blobs = sorted(tmp_path.glob("whole-*-of-*.gguf"))
    assert len(blobs) > 1
    snapshot = tmp_path / "snapshot"  # as in the Hub's cache: names that are links to files elsewhere
    snapshot.mkdir()
    links = []
    for number, blob in enumerate(blobs):
        blob.rename(tmp_path / f"blob{number}")
        links.append(snapshot / blob.name)
        links[-1].symlink_to(Path("..") / f"blob{number}")
    engine = make_engine()
    assert engine.load(links[0], OPTIONS) is not None
    assert read(engine, ask("hi"))[2].reply_tokens > 0
    plain = tmp_path / "plain.gguf"
    for seed in (1, 2):  # a download puts a new file in the place of the old one
        write_tiny(tmp_path / "new", seed=seed).replace(plain)
        assert engine.load(plain, OPTIONS) is not None
        assert read(engine, ask("hi"))[2].reply_tokens >= 0


@linux
def test_that_an_adapter_that_comes_later_is_read_without_the_right_to_its_folder(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path
) -> None:
    adapter = write_tiny_adapter(tmp_path / "later.gguf")
    probed = Probed(make_engine, adapter)
    probed.try_it(tiny_model)
    pid = probed.engine.pid
    options = msgspec.structs.replace(OPTIONS, adapters=(Adapter(path=str(adapter)),))
    tried = probed.try_it(tiny_model, options)
    assert probed.engine.pid == pid
    if LANDLOCK:
        assert tried[str(adapter)] == "EACCES"
    assert adapter.read_bytes()


def test_that_a_stop_while_processes_change_places_ends_the_load(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path
) -> None:
    engine = make_engine()
    engine.load(tiny_model, OPTIONS)
    other = write_tiny(tmp_path / "other.gguf")
    let_go = engine._let_go

    def stop_then(*arguments: object) -> None:
        engine.stop()
        let_go(*arguments)  # type: ignore[arg-type]

    if not LANDLOCK:
        return
    engine._let_go = stop_then  # type: ignore[method-assign]
    assert engine.load(other, OPTIONS) is None
    del engine._let_go
    assert engine.load(other, OPTIONS) is not None
    assert read(engine, ask("hi", max_tokens=3))[2].reply_tokens >= 0


TEMPLATES = """
import sys
from desktop.core.sandbox import restrict_calls, restrict_files
from desktop.engine.template import EndlessTemplateError, TemplateProcess, TemplateProcessLost
process = TemplateProcess(time_limit=0.5)
restrict_files(write=[], reading=False)
process.start()
restrict_calls()
before = []
for _ in range(2):
    print(process.render("{{ 1 + 1 }}", [], {}))
    before.append(process.pid)
    try:
        process.render("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", [], {})
    except EndlessTemplateError:
        print("ended")
print(process.render("{{ 2 + 2 }}", [], {}), process.pid not in before)
process.close()
try:
    process.start()
except TemplateProcessLost:
    print("lost")
"""


@linux
def test_that_a_confined_engine_gets_a_new_renderer_and_may_start_nothing_else() -> None:
    run = subprocess.run(
        [sys.executable, "-c", TEMPLATES], env=child_environment(), capture_output=True, text=True, timeout=120
    )
    assert run.stdout.splitlines() == ["2", "ended", "2", "ended", "4 True", "lost"], run.stderr


PROBING_TEMPLATE = """
import os, runpy, socket, sys
from pathlib import Path
import desktop.engine.template_child as child
from tests.fakes.confined import outcome
make = child.make_environment
def with_probe():
    made = make()
    made.globals["probe"] = lambda: [
        outcome(lambda: Path(sys.executable).open("rb").close()), outcome(lambda: os.listdir("/")),
        outcome(lambda: Path("/dev/shm/samar-test").write_text("")), outcome(lambda: socket.socketpair()),
        outcome(os.fork), outcome(lambda: os.kill(os.getppid(), 0)), ]
    return made
child.make_environment = with_probe
sys.exit(child.main(sys.argv[1:]))
"""


@linux
@pytest.mark.parametrize("forks", [True, False])
def test_that_a_template_has_nothing_but_its_pipes(monkeypatch: pytest.MonkeyPatch, forks: bool) -> None:
    from desktop.engine import template

    monkeypatch.setattr(template, "child_command", lambda _, *rest: [sys.executable, "-c", PROBING_TEMPLATE, *rest])
    process = template.TemplateProcess(forks=forks)
    try:
        tried = json.loads(process.render("{{ probe() | tojson }}", [], {}))
    finally:
        process.close()
    files, calls = tried[:3], tried[3:]
    assert set(files) == ({"EACCES"} if LANDLOCK else {"done"})
    assert set(calls) == {"EACCES"}
