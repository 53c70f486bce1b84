"""`samar models`: what is on this computer, what fits it, and getting more. No Qt.

Results go to standard output, as a table or (--json) as one JSON value; progress goes to standard error when that is a
terminal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from desktop.cli.context import place, stopping_at_interrupt
from desktop.core.errors import SamarError, fill
from desktop.core.files import is_file
from desktop.core.machine import free_memory, readable
from desktop.core.settings import Settings, SettingsFile
from desktop.models import bandwidth, catalogue
from desktop.models.catalogue import REASONS
from desktop.models.entry import Entry
from desktop.models.fit import MOST_TOLD, Fit, Machine, Verdict, judge, rough
from desktop.models.library import Library
from desktop.models.settings import judged
from desktop.models.summary import WARNINGS, summary_of

if TYPE_CHECKING:
    from desktop.models.downloads import Download, DownloadQueue, Progress
    from desktop.models.hub import Hub
    from desktop.models.repository import HubChoice, HubRepository

app = typer.Typer(
    help="Models: on this computer, in the list, on the Hub. Without a verb: the list of this computer.",
    invoke_without_command=True,
    add_completion=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Name = Annotated[str, typer.Argument(help="Name, id, or path, as “samar models list” shows them.")]
Context = Annotated[int, typer.Option(min=1, help="Tokens of the context that has to fit.")]
Network = Annotated[bool, typer.Option("--network", help="Allow Samar to use the network, from now on.")]
VERDICTS = {Verdict.FITS: "fits", Verdict.TIGHT: "tight", Verdict.WONT: "won't fit"}


@app.callback()
def without_verb(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_models()


def _settings() -> Settings:
    return SettingsFile(place.paths.settings).load()[0]


def _library() -> Library:
    library = Library(place.paths)
    library.refresh()
    if library.problem:
        print(f"samar: {library.problem.sentence()}", file=sys.stderr)
    return library


def _hub(network: bool) -> Hub:
    """The Hub; with --network the leave is given and remembered."""
    from desktop.models.hub import Hub

    file = SettingsFile(place.paths.settings)
    settings = file.load()[0]
    if network and not settings.network_allowed:
        settings = msgspec.structs.replace(settings, network_allowed=True)
        file.save(settings)
    return Hub(lambda: settings.network_allowed)


def _print_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def _table(rows: Sequence[tuple[str, ...]], head: tuple[str, ...]) -> None:
    """Columns as wide as their widest cell; nothing but text, so that it can be piped."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _fit_facts(fit: Fit) -> dict[str, Any]:
    return {
        "verdict": fit.verdict.value,
        "needed_bytes": fit.memory.total,
        "free_bytes": fit.free,
        "context": fit.context,
        "context_that_fits": fit.context_that_fits,
        "tokens_per_s": round(fit.tokens_per_s, 1),
    }


def _entry_facts(entry: Entry, fit: Fit | None = None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": entry.id,
        "name": entry.name,
        "path": entry.path,
        "origin": entry.origin.value,
        "architecture": entry.architecture,
        "parameters": entry.parameters,
        "quantization": entry.quantization,
        "file_bytes": entry.file_bytes,
        "parts": entry.parts,
        "problem": entry.problem,
    }
    return facts | ({"fit": _fit_facts(fit)} if fit else {})


def _speed(tokens_per_s: float) -> str:
    return f"over {MOST_TOLD}" if tokens_per_s > MOST_TOLD else f"about {tokens_per_s:.0f}"


def _parameters(count: int) -> str:
    return f"{count / 1e9:.1f}B" if count >= 999_500_000 else f"{count / 1e6:.0f}M"


@app.command("list")
def list_models(as_json: AsJson = False, context: Context = 8192) -> None:
    """Show the models on this computer, those of other programs too."""
    machine = bandwidth.this_machine(place.paths.cache)
    entries, fits = judged(_library().entries(), lambda entry: judge(entry.shape, machine, context))
    if as_json:
        _print_json([_entry_facts(entry, fits.get(entry.id)) for entry in entries])
        return
    rows = [
        (
            entry.id[:8],
            entry.name,
            _parameters(entry.parameters),
            entry.quantization,
            readable(entry.file_bytes),
            VERDICTS[fits[entry.id].verdict] if entry.id in fits else entry.problem,
            entry.origin.value,
        )
        for entry in entries
    ]
    _table(rows, ("ID", "NAME", "SIZE", "TYPE", "FILE", "FIT", "FROM"))


@app.command()
def recommend(as_json: AsJson = False, context: Context = 8192) -> None:
    """Say which models of the list suit this computer, and why."""
    machine = bandwidth.this_machine(place.paths.cache)
    found = catalogue.recommend(catalogue.load(), machine, context)
    if as_json:
        _print_json(
            [
                {
                    "advice": one.advice.value,
                    "reason": reason(one),
                    "id": one.model.id,
                    "name": one.model.name,
                    "repo": one.repo,
                    "file": one.file.name,
                    "file_bytes": one.file.size,
                    "size_is": one.file.size_is,
                    "licence": one.model.licence,
                    "gated": one.model.gated,
                    "arabic": one.model.arabic.value,
                    "about": {"en": one.model.about.en, "ar": one.model.about.ar},
                    "fit": _fit_facts(one.fit),
                }
                for one in found
            ]
        )
        return
    for one in found:
        sign = "≈" if one.file.size_is == "computed" else ""
        facts = [one.model.name, one.file.quantization, sign + readable(one.file.size), one.model.licence]
        print(" · ".join([*facts, *(["the original's makers ask for consent"] if one.model.gated else [])]))
        print(f"  {reason(one)}")
        print(f"  {one.model.about.en}")
        print(f"  samar models pull {one.model.id}")
    if not found:
        print("No model of the list fits into the memory that is free now.")


def reason(one: catalogue.Recommendation) -> str:
    """A recommendation's reason, in English."""
    details = {
        "needed": readable(one.fit.memory.total),
        "free": readable(one.fit.free),
        "speed": f"{one.fit.tokens_per_s:.0f}",
    }
    return fill(REASONS[one.advice], details)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="What to look for.")],
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    network: Network = False,
) -> None:
    """Search the Hugging Face Hub for GGUF models; with one owner/name show its files."""
    from desktop.models.repository import address_of

    hub = _hub(network)
    text = " ".join(words)
    if len(words) == 1 and (address := address_of(text)):
        repository = hub.repository(address.repo)
        if not repository.choices:
            raise repository.lacking("")
        if as_json:
            _print_json(repository)
            return
        rows = [(c.quantization or "?", readable(c.size), str(len(c.files)), c.name) for c in repository.choices]
        _table(rows, ("TYPE", "SIZE", "FILES", "NAME"))
        return
    found = hub.search(text, limit)
    if as_json:
        _print_json(found)
        return
    if not found:
        print("Nothing was found. Try fewer words.", file=sys.stderr)
        return
    _table(
        [
            (one.repo, _parameters(one.parameters), str(one.downloads), one.licence, "asks" if one.gated else "")
            for one in found
        ],
        ("REPOSITORY", "SIZE", "DOWNLOADS", "LICENCE", "ACCESS"),
    )


@app.command()
def pull(
    what: Annotated[
        str, typer.Argument(help="An id of the list, or owner/name on the Hub, with :TYPE such as :Q4_K_M.")
    ],
    as_json: AsJson = False,
    network: Network = False,
    images: Annotated[bool, typer.Option(help="With the file that lets it see images, where there is one.")] = True,
) -> None:
    """Download a model, or go on with a download that was stopped. Ctrl+C keeps what came."""
    from desktop.models.downloads import DownloadQueue

    library = _library()
    queue = DownloadQueue(_hub(network), library)
    repository, choice = _chosen(queue.hub, what)
    projector = repository.projector_of(choice) if images else None
    one = queue.add(repository, choice, (projector,) if projector else ())
    licence = repository.licence or "not said"
    print(f"{repository.repo}: {one.name}, {readable(one.size)}, licence: {licence}", file=sys.stderr)
    entry = _run(queue, one)
    if as_json:
        _print_json(_entry_facts(entry))
    else:
        print(entry.path)


def _chosen(hub: Hub, what: str) -> tuple[HubRepository, HubChoice]:
    """What `pull` means. Raises SamarError hub_not_found, hub_checkpoint, hub_no_type, model_unknown, hub_…"""
    from desktop.models.repository import address_of

    name, _, wanted = what.partition(":")
    model = catalogue.load().find(name)
    if model is not None:
        files = list(model.files())
        if not files:
            raise SamarError("checkpoint_found", name=model.source)
        repo, file = files[0]
        repository = hub.repository(repo)
        choice = repository.find(wanted or file.name, wanted.upper() or file.quantization)
    elif address := address_of(what):
        repository, wanted = hub.repository(address.repo), address.quantization
        if address.file or wanted:
            choice = repository.find(address.file.rpartition("/")[2] or wanted, wanted.upper())
        else:
            room = Machine(free=free_memory())
            choice = repository.choice(lambda one: rough(one.size, room) is not Verdict.WONT)
    else:
        raise SamarError("model_unknown", name=what)
    if choice is not None:
        return repository, choice
    raise repository.lacking(wanted or what)


def _run(queue: DownloadQueue, one: Download) -> Entry:
    from desktop.models.downloads import State
    from desktop.models.hub import Stopped, Transfer

    transfer = Transfer()
    queue.set_state(one.id, State.RUNNING)
    try:
        with stopping_at_interrupt(transfer.stop):
            while True:
                try:
                    return queue.run(one, transfer, _shower())
                except SamarError as problem:
                    if problem.code != "hub_busy" or (one := queue.refused(one.id, problem)).state is not State.WAITING:
                        raise
                    print(f"samar: {problem.sentence()} It goes on by itself.", file=sys.stderr)
                    transfer.wait(max(0.0, one.resumes_at - time.time()))
    except Stopped as stopped:
        held = queue.set_state(one.id, State.PAUSED).held
        print(f"\nstopped at {readable(held)} of {readable(one.size)}; run the same again to go on", file=sys.stderr)
        raise KeyboardInterrupt from stopped
    except SamarError as problem:
        if problem.code != "download_elsewhere":  # it goes on there
            queue.set_state(one.id, State.FAILED, problem)
        raise
    finally:
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)


def _shower() -> Callable[[Progress], None]:
    """A line of progress on a terminal, twice a second."""
    if not sys.stderr.isatty():
        return lambda _: None
    began, shown = time.monotonic(), 0.0
    first: int | None = None

    def show(progress: Progress) -> None:
        nonlocal shown, first
        now = time.monotonic()
        first = progress.held if first is None else first
        if now - shown < 0.5 and not progress.checking:
            return
        shown = now
        speed = (progress.held - first) / max(now - began, 0.1)
        left = f"{(progress.size - progress.held) / speed:.0f} s left" if speed > 0 else ""
        words = "verifying" if progress.checking else f"{readable(round(speed))}/s  {left}"
        line = f"{progress.held / max(progress.size, 1):4.0%}  {readable(progress.held)} of {readable(progress.size)}  {words}"
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)

    return show


@app.command("import")
def import_models(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")], as_json: AsJson = False
) -> None:
    """Take files and folders into the list; nothing is copied."""
    library = _library()
    added = [entry for path in paths for entry in library.add(path)]
    if as_json:
        _print_json([_entry_facts(entry) for entry in added])
    else:
        for entry in added:
            print(f"{entry.id[:8]}  {entry.name}  {entry.path}")


@app.command()
def info(name: Name, as_json: AsJson = False, context: Context = 8192) -> None:
    """Show a model's card: what its header says, and whether it fits."""
    path = Path(name).expanduser()
    companions: tuple[str, ...] = ()
    if not is_file(path):
        entry = _library().find(name)
        path, companions = Path(entry.path), entry.companions
    card = summary_of(path, companions)
    fit = judge(card.shape, bandwidth.this_machine(place.paths.cache), context)
    if as_json:
        facts = msgspec.to_builtins(card)
        facts["fit"] = _fit_facts(fit)
        facts["warning_texts"] = [WARNINGS[warning] for warning in card.warnings]
        _print_json(facts)
        return
    takes = [word for word in ("system", "tools", "thinking") if getattr(card.template, word)]
    rows = [
        ("name", card.name),
        ("file", f"{card.path} ({readable(card.file_bytes)}, {card.parts} part(s))"),
        ("architecture", f"{card.architecture}, {card.layers} layers"),
        ("parameters", _parameters(card.parameters)),
        ("active", _parameters(card.active_parameters)),
        ("type", f"{card.quantization}, {card.bits_per_weight} bits for each weight"),
        ("tensors", ", ".join(f"{share.type} {readable(share.bytes)}" for share in card.types)),
        ("context", str(card.context)),
        ("template", ("takes " + ", ".join(takes) if takes else "plain") if card.template.present else "none"),
        ("special", ", ".join(f"{role} {text!r}" for role, _, text in card.special_tokens)),
        ("licence", card.licence or "not said"),
        ("fit", f"{VERDICTS[fit.verdict]}: {readable(fit.memory.total)} of {readable(fit.free)}, "
                f"{_speed(fit.tokens_per_s)} tokens/s"),
        *(("belongs", Path(one).name) for one in companions),
        *(("warning", WARNINGS[warning]) for warning in card.warnings),
    ]  # fmt: skip
    for label, text in rows:
        print(f"{label:<13} {text}")


@app.command()
def verify(name: Name, as_json: AsJson = False) -> None:
    """Read a whole model and compare its checksum with the promised one."""
    library = _library()
    entry = library.find(name)
    checked = library.verify(entry)
    if as_json:
        _print_json({"id": entry.id, "path": entry.path, "headers": True, "checksum": checked or None})
    else:
        print("the checksum is right" if checked else "the headers are right; nobody promised a checksum")


@app.command()
def rm(
    name: Name,
    as_json: AsJson = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take a model off the list; what Samar downloaded goes to the bin."""
    library = _library()
    entry = library.find(name, only=True)
    would = library.removal(entry)
    if would.deletes and not yes and sys.stdin.isatty():
        typer.confirm(f"Move {entry.path} to the bin ({readable(would.frees)})?", abort=True)
    done = library.remove(entry)
    if as_json:
        _print_json({"id": entry.id, "deleted": done.deletes, "freed_bytes": done.frees})
    elif done.deletes:
        print(f"moved to the bin: {entry.path} ({readable(done.frees)})")
    else:
        print(f"taken off the list; the file stays: {entry.path}")
