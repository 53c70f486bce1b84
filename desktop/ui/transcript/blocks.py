"""What a message is made of once its Markdown is read: flat blocks of runs, without any Qt.

A list of blocks is what the document draws, compares and edits: two equal blocks look the same, so that an update
touches only what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop.core.text import Direction

# style flags of a run
BOLD = 1
ITALIC = 2
STRIKE = 4
CODE = 8
LINK = 16
MATH = 32
"""A formula; `Run.source` is its LaTeX, `Run.text` the same with its delimiters, for copying."""
DISPLAY = 64
"""A formula on a line of its own."""
RAISED = 128
"""A footnote mark."""
MUTED = 256
IMAGE = 512
"""The alternative text of an image, which is never fetched."""
PICTURE = 1024
"""An image that the person showed; `Run.source` is its number and size, `Run.text` what is copied."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look. It has gone through `core.text.shown`; isolates are added by the document."""

    text: str
    style: int = 0
    href: str = ""
    source: str = ""


class Kind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE_HEAD = "code-head"
    CODE_LINE = "code"
    CODE_FOOT = "code-foot"
    FORMULA = "formula"
    RULE = "rule"
    TABLE = "table"
    # what the transcript adds around a message
    SPEAKER = "speaker"
    IMAGES = "images"
    OWN = "own"
    THINKING = "thinking"
    STATUS = "status"
    FOOTER = "footer"


class Container(StrEnum):
    """What a block stands in."""

    QUOTE = "quote"
    LIST = "list"
    FOOTNOTE = "footnote"
    THOUGHT = "thought"
    BUBBLE = "bubble"


@dataclass(frozen=True, slots=True)
class Nesting:
    """One holder around a block, and on which side it indents."""

    holder: Container
    direction: Direction


class Spacing(StrEnum):
    """Room above a block."""

    NONE = "none"
    TIGHT = "tight"
    NORMAL = "normal"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of the document.

    level: of a heading, 1 to 6. marker: what stands in the margin of a list item: a bullet, "3.", "task" or
    "task-done". language: of a code block, as written after its fence. part: number of the code block inside the
    message, which keeps two panels apart. source: of a line of code, what it was written as, where that is shown
    otherwise. goes_on: it is one line with the block before it.
    """

    kind: Kind
    runs: tuple[Run, ...] = ()
    direction: Direction = Direction.LTR
    inside: tuple[Nesting, ...] = ()
    gap: Spacing = Spacing.NORMAL
    level: int = 0
    marker: str = ""
    language: str = ""
    part: int = 0
    source: str = ""
    goes_on: bool = False

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def has_formula(self) -> bool:
        """Whether something in it may be taller than a line of text."""
        return any(run.style & MATH for run in self.runs)


@dataclass(frozen=True, slots=True)
class Cell:
    runs: tuple[Run, ...]
    direction: Direction
    align: str = ""
    """"left", "center", "right" as the source asks; "left" and empty: the side where the table's lines begin."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its first row is the header. Cells are in the order of the source, whatever the direction."""

    rows: tuple[tuple[Cell, ...], ...]
    direction: Direction
    inside: tuple[Nesting, ...] = ()
    gap: Spacing = Spacing.NORMAL
    kind: Kind = Kind.TABLE

    @property
    def columns(self) -> int:
        return len(self.rows[0]) if self.rows else 0


AnyBlock = Block | Table
