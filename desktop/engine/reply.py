"""From the bytes of tokens to the text of a reply: UTF-8 across tokens, thinking tags, stop strings that never flash."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class ReplyText:
    """Takes the bytes of one token after another and gives out text of two kinds, "thinking" and "answer".

    stops: strings that end the answer; they and what follows are never given out. tags: (opening, closing) pairs; one
    that opens the reply begins the thinking. thinking: the prompt has already opened the first pair. fresh: the reply
    begins a turn, so white space at its head is dropped.
    """

    def __init__(
        self,
        stops: Sequence[str] = (),
        tags: Sequence[tuple[str, str]] = (),
        *,
        thinking: bool = False,
        fresh: bool = True,
    ) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._stops = tuple(stop for stop in stops if stop)
        self._tags = tuple(tags)
        self._closing: str | None = None
        self._held = ""
        self._head = fresh  # nothing but white space was written of this part
        self._may_think = bool(tags) and fresh
        self.kind = "answer"
        self.stopped = False
        if thinking and tags:
            self._begin_thinking(tags[0][1])

    def _begin_thinking(self, closing: str) -> None:
        self.kind, self._closing, self._may_think, self._head = "thinking", closing, False, True

    def feed(self, data: bytes, final: bool = False) -> list[tuple[str, str]]:
        """(kind, text) pairs that may be shown now. `stopped` is true once a stop string came."""
        out: list[tuple[str, str]] = []
        if self.stopped:
            return out
        text = self._decode(data, final)
        if not text and not final:
            return out
        self._held += text
        while self._step(out, final):
            pass
        return out

    def end(self) -> list[tuple[str, str]]:
        """What was held back, at the end of the reply."""
        return self.feed(b"", final=True)

    def _step(self, out: list[tuple[str, str]], final: bool) -> bool:
        """One move through the held text; true when another may follow."""
        if self._head:
            self._held = self._held.lstrip()
            if not self._held:
                return False
        if self._may_think:
            for opening, closing in self._tags:
                if self._held.startswith(opening):
                    self._held = self._held[len(opening) :]
                    self._begin_thinking(closing)
                    return True
            if not final and any(opening.startswith(self._held) for opening, _ in self._tags):
                return False
            self._may_think = False
        self._head = False
        ends = (self._closing,) if self._closing else self._stops
        at, found = _first(self._held, ends)
        if found:
            self._give(out, self._held[:at].rstrip() if self._closing else self._held[:at])
            self._held = self._held[at + len(found) :]
            if self._closing:
                self.kind, self._closing, self._head = "answer", None, True
                return True
            self.stopped, self._held = True, ""
            return False
        keep = 0 if final else _tail(self._held, ends)
        give = len(self._held) - keep
        self._give(out, self._held[:give])
        self._held = self._held[give:]
        return False

    def _give(self, out: list[tuple[str, str]], text: str) -> None:
        if text:
            out.append((self.kind, text))


def _first(text: str, ends: Sequence[str]) -> tuple[int, str]:
    """Where the first of `ends` begins in `text`, and which; (0, "") when none does."""
    best, which = -1, ""
    for end in ends:
        at = text.find(end)
        if at >= 0 and (best < 0 or at < best):
            best, which = at, end
    return max(best, 0), which


def _tail(text: str, ends: Sequence[str]) -> int:
    """Length of the longest end of `text` that begins one of `ends`."""
    longest = 0
    for end in ends:
        for length in range(min(len(end) - 1, len(text)), longest, -1):
            if text.endswith(end[:length]):
                longest = length
                break
    return longest
