"""The conversion as a person at a terminal sees it: a progress bar, notes, the plan as a table."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from converter.events import Reporter, Silent, Stage

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LABELS: dict[str, str] = {
    "download": "Downloading",
    "read": "Reading",
    "convert": "Converting",
    "verify": "Verifying",
    "publish": "Publishing",
}


class _Bar:
    """A rich progress bar with one line per stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def plan(self, plan: Mapping[str, Any]) -> None:
        size = plan["output_bytes"] / 1e9
        self._progress.console.print(
            f"{plan['name']}: {plan['family']} → {plan['type']}, {size:.2f} GB", highlight=False, markup=False
        )

    def progress(self, stage: Stage, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(_LABELS[stage], total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)

    def note(self, text: str) -> None:
        self._progress.console.print(f"Note: {text}", highlight=False, markup=False)


class _Notes(Silent):
    """Without a terminal: notes only."""

    def note(self, text: str) -> None:
        print(f"Note: {text}", file=sys.stderr)


@contextlib.contextmanager
def terminal_reporter() -> Iterator[Reporter]:
    """A progress bar on stderr if that is a terminal, else notes only."""
    if not sys.stderr.isatty():
        yield _Notes()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:12}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield _Bar(progress)


def print_plan(plan: Mapping[str, Any]) -> None:
    """The plan as a table on stdout."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column(overflow="fold")
    rows = _adapter_rows(plan) if plan.get("adapter") else _model_rows(plan)
    rows["Output"] = f"{plan['output']}{' (exists)' if plan['output_exists'] else ''}"
    for label, text in rows.items():
        facts.add_row(label, text)
    console.print(facts, markup=False)
    if "sizes" in plan:
        sizes = Table("Type", "Size", "Time", "", box=None, pad_edge=False)
        for name, size in plan["sizes"].items():
            mark = "←" if name == plan["type"] else "" if size < plan["free_disk"] else "no room"
            seconds = round(plan["seconds"][name])
            sizes.add_row(name, f"{size / 1e9:.3f} GB", f"{seconds // 60}:{seconds % 60:02}", mark)
        console.print(sizes)
    for note in plan["notes"]:
        console.print(f"Note: {note}", markup=False)


def _model_rows(plan: Mapping[str, Any]) -> dict[str, str]:
    tokenizer = plan["tokenizer"]
    return {
        "Model": str(plan["name"]),
        "Family": f"{plan['family']} ({plan['hf_architecture']} → {plan['architecture']})",
        "Parameters": f"{plan['parameters']:,} ({plan['size_label']})",
        "Tokenizer": f"{tokenizer['kind']}, {tokenizer['pre']}, {tokenizer['size']:,} tokens"
        f" (recognised by {tokenizer['recognised_by']})",
        "Chat template": "yes" if tokenizer["chat_template"] else "none",
        "Checkpoint": f"{plan['source']} ({plan['source_bytes'] / 1e9:.2f} GB)",
        "Free disk": f"{plan['free_disk'] / 1e9:.2f} GB",
    }


def _adapter_rows(plan: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Adapter": str(plan["name"]),
        "Family": f"{plan['family']} ({plan['hf_architecture']} → {plan['architecture']})",
        "Matrices": f"{plan['matrices']:,}, alpha {plan['alpha']:g}",
        "Size": f"{plan['type']}, {plan['output_bytes'] / 1e6:.1f} MB",
    }
