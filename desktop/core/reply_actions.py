"""Which pages of the window an answer of the bundled model speaks of: looked up in the table that comes with the model."""

from __future__ import annotations

from pathlib import Path

import msgspec

from desktop.core.folding import fold

ACTIONS = frozenset(
    {
        "models",
        "local_models",
        "open_file",
        "new_chat",
        "temporary_chat",
        "deleted_chats",
        "search",
        "export",
        "this_chat",
        "prompts",
        "settings_general",
        "settings_storage",
        "settings_model",
        "settings_help",
        "shortcuts",
    }
)
"""All that a table may name. Each opens something; none changes or removes anything."""
NEAR = 0.8
"""Least share of words, of those in either text, that a reply and an answer of the table have in common."""
LONGEST = 2000
"""Letters of a reply that is looked up: every answer of the table is far shorter."""

MOST_KNOWN = 256
"""Replies whose pages are remembered: what is in view is asked about with each movement of the mouse."""


class _Topic(msgspec.Struct, frozen=True):
    actions: tuple[str, ...]
    answers: tuple[str, ...]


class _Table(msgspec.Struct, frozen=True):
    model: str
    topics: dict[str, _Topic]


class ReplyActions:
    """The table of one model."""

    def __init__(self, model: str, answers: dict[str, tuple[str, ...]]) -> None:
        """model: the name under which its replies are kept. answers: the names of pages by answer; unknown ones are left out."""
        self.model = model
        self._answers = {
            _words(answer): tuple(name for name in names if name in ACTIONS) for answer, names in answers.items()
        }
        self._known: dict[str, tuple[str, ...]] = {}

    @classmethod
    def read(cls, path: Path) -> ReplyActions:
        """Raises OSError where the file is missing, msgspec.DecodeError where it is malformed."""
        table = msgspec.json.decode(path.read_bytes(), type=_Table)
        answers = {answer: topic.actions for topic in table.topics.values() for answer in topic.answers}
        return cls(table.model, answers)

    def of(self, reply: str) -> tuple[str, ...]:
        """The pages that a reply speaks of, () where it is not near any answer."""
        if len(reply) > LONGEST:
            return ()
        if reply not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[reply] = self._look_up(reply)
        return self._known[reply]

    def _look_up(self, reply: str) -> tuple[str, ...]:
        words = _words(reply)
        if words in self._answers:
            return self._answers[words]
        best, found = NEAR, ()  # type: float, tuple[str, ...]
        for answer, names in self._answers.items():
            share = len(words & answer) / max(1, len(words | answer))
            if share >= best:
                best, found = share, names
        return found


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())
