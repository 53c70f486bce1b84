"""Converting without the engine's look at the finished file, which the tests of the pipeline cover."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

from converter import pipeline
from converter.events import CancelToken, Silent
from converter.ggml import FileType
from converter.plan import make_plan

TYPES = ("F32", "F16", "BF16", "Q8_0")


def convert_to(folder: Path, kind: str, target: Path) -> None:
    """Convert the checkpoint in `folder` to the file `target` of the type `kind`."""
    with mock.patch.object(pipeline, "verify"):
        pipeline.convert(
            make_plan(folder), FileType[kind], target, force=False, threads=1, report=Silent(), cancel=CancelToken()
        )
