"""From the bytes of tokens to the text of a reply: UTF-8 across tokens, thinking tags, tool calls, stop strings that
never flash."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence

from desktop.engine.tool_call_parser import (
    ANSWER_CHANNEL,
    CHANNEL_ENDS,
    CHANNEL_MESSAGE,
    CHANNEL_STARTS,
    CallFormat,
    Channel,
    channel_of,
    has_channels,
    written,
)

_LONGEST_HEADER = 300
"""Letters that the header of a channel may have."""
_TO_ANSWER = f"<|end|><|start|>assistant{ANSWER_CHANNEL[0]}"
"""From the analysis of gpt-oss to its answer."""


class StreamParser:
    """Takes the bytes of one token after another and gives out text of three kinds: "thinking", "answer" and "tool_call",
    each of the last one whole call as JSON.

    calls: how the model may write tool calls; one is held back until it is whole, and what is none stays text. stops: strings that end the answer; they and what follows are never given out. tags: (opening, closing) pairs; one
    that opens the reply begins the thinking, or the answer where its closing is "". thinking: the prompt has already opened the first pair. fresh: the reply
    begins a turn, so white space at its head is dropped. hidden: letters that stand for control tokens: stops may hold them,
    the text never does.

    Where tags or calls are those of gpt-oss, the reply is read as a sequence of channels in any order: a header up to
    <|message|>, then a body up to <|end|>, <|call|>, <|return|> or the next header.
    """

    def __init__(
        self,
        stops: Sequence[str] = (),
        tags: Sequence[tuple[str, str]] = (),
        *,
        thinking: bool = False,
        fresh: bool = True,
        calls: Sequence[CallFormat] = (),
        hidden: Iterable[str] = (),
    ) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._decode = self._decoder.decode
        self._stops = tuple(stop for stop in stops if stop)
        self._hidden = {ord(letter): None for letter in hidden}
        self._channels = has_channels(tags, calls)
        self._header = self._channels and fresh  # a header may begin here
        self._channel: Channel | None = None  # the one whose body is being written, unless it is plain text
        self._break = False  # the next text begins a part of its own
        self._gave: set[str] = set()
        self._marks = {one.opening for one in calls} | set((*CHANNEL_ENDS, *CHANNEL_STARTS) if self._channels else ())
        self._tags = () if self._channels else tuple(tags)
        self._formats = {one.opening: one for one in calls if not one.bare and not one.channels}
        self._bare = next((one for one in calls if one.bare), None) if fresh and not self._channels else None
        self._call: CallFormat | None = None
        self._plain = 0  # letters at the head of what is held that begin no tool call
        self._closing: str | None = None
        self._held = ""
        self._head = fresh  # nothing but white space was written of this part
        self._may_think = bool(self._tags) and fresh
        ends = (*self._stops, *self._formats, *(closing for _, closing in self._tags))
        self._begins = frozenset(
            (*(end[0] for end in ends if end), *map(chr, self._hidden), *("<" if self._channels else ""))
        )
        """Letters with which anything begins that is looked for in a part."""
        self.kind = "answer"
        self.stopped = ""
        """The stop string that ended the reply, "" while none did."""
        if thinking and self._channels:
            self.kind, self._header, self._head = "thinking", False, True
        elif thinking and tags:
            self._begin_thinking(tags[0][1])

    def _begin_thinking(self, closing: str) -> None:
        self.kind, self._closing, self._may_think, self._head = "thinking", closing, False, True

    @property
    def closing(self) -> str | None:
        """What ends the thinking that is open; "" where none is, None in the middle of a letter or of what may be a tag."""
        if self._held or self._header or self._may_think or self._decoder.getstate()[0]:
            return None
        if self.kind != "thinking":
            return ""
        return self._closing or _TO_ANSWER

    def feed(self, data: bytes, final: bool = False) -> list[tuple[str, str]]:
        """(kind, text) pairs that may be shown now. `stopped` is set once a stop string came."""
        out: list[tuple[str, str]] = []
        if self.stopped:
            return out
        text = self._decode(data, final)
        if not text and not final:
            return out
        special = self._held or self._head or self._may_think or self._call or self._bare or self._header
        if not special and self._begins.isdisjoint(text):  # as most tokens are
            if text:
                self._give(out, text)
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
        if self._header:
            return self._step_header(final)
        if self._channel:
            return self._end_channel(out, final)
        if self._may_think:
            for opening, closing in self._tags:
                if self._held.startswith(opening):
                    self._held = self._held[len(opening) :]
                    if closing:
                        self._begin_thinking(closing)
                    else:  # it opens the answer
                        self._may_think, self._head = False, True
                    return True
            if not final and any(opening.startswith(self._held) for opening, _ in self._tags):
                return False
            self._may_think = False
        self._head = False
        if self._call:
            return self._end_call(out, final)
        if self._bare and not self._closing:
            bare, self._bare = self._bare, None
            if self._held.startswith(bare.opening):
                self._call, self._held = bare, self._held[len(bare.opening) :]
                return True
        ends = (self._closing,) if self._closing else (*self._stops, *self._formats)
        if self._channels:
            ends = (*CHANNEL_ENDS, *CHANNEL_STARTS, *(ends if self.kind == "answer" else ()))
        at, found = _first(self._held, ends)
        while found in self._marks and at < self._plain:  # what was looked at already, and is text
            beyond, found = _first(self._held[at + 1 :], ends)
            at += beyond + 1
        if self._channels and found in (*CHANNEL_ENDS, *CHANNEL_STARTS):
            self._give(out, self._held[:at].rstrip() if self.kind == "thinking" else self._held[:at])
            self._held = self._held[at + (len(found) if found in CHANNEL_ENDS else 0) :]
            self.kind, self._header, self._head, self._plain = "answer", True, True, 0
            self._break = found in CHANNEL_ENDS
            return bool(self._held)
        if found in self._formats and not self._closing:
            self._give(out, self._held[:at])
            self._call, self._held, self._plain = self._formats[found], self._held[at + len(found) :], 0
            return True
        if found:
            self._give(out, self._held[:at].rstrip() if self._closing else self._held[:at])
            self._held = self._held[at + len(found) :]
            if self._closing:
                self.kind, self._closing, self._head = "answer", None, True
                return True
            self.stopped, self._held = found, ""
            return False
        keep = 0 if final else _tail(self._held, ends)
        give = len(self._held) - keep
        self._give(out, self._held[:give])
        self._held = self._held[give:]
        self._plain = max(0, self._plain - give)
        return False

    def _step_header(self, final: bool) -> bool:
        """Read the header of a channel; what is none begins an answer."""
        starts = (*CHANNEL_STARTS, CHANNEL_MESSAGE, "to=")
        if not self._held.startswith(starts):
            if not final and any(start.startswith(self._held) for start in starts):
                return False
            self._header = False
            return True
        at, found = _first(self._held, (CHANNEL_MESSAGE, *CHANNEL_ENDS))
        if not found and not final and len(self._held) <= _LONGEST_HEADER:
            return False
        self._header = False
        if found != CHANNEL_MESSAGE or at > _LONGEST_HEADER:  # no header: it is shown as it is
            self._plain = at + len(found) if found in CHANNEL_ENDS else len(self._held)
            return True
        self._break = True
        channel = channel_of(self._held[:at])
        self._held = self._held[at + len(found) :]
        if channel.recipient:
            self._channel = channel
        else:
            self.kind = channel.kind
        return True

    def _end_channel(self, out: list[tuple[str, str]], final: bool) -> bool:
        """Look for the end of a tool call in a channel of its own."""
        channel, self._head = self._channel, False
        assert channel is not None
        at, found = _first(self._held, (*CHANNEL_ENDS, *CHANNEL_STARTS))
        if not found and not final:
            return False
        body = self._held[:at] if found else self._held
        self._held = self._held[len(body) + (len(found) if found in CHANNEL_ENDS else 0) :]
        self._channel, self._header, self._head = None, True, True
        calls = channel.calls(body)
        if calls is not None:
            out += [("tool_call", text) for text in written(calls)]
        else:
            self._give(out, f"{channel.header}{CHANNEL_MESSAGE}{body}{found if found in CHANNEL_ENDS else ''}")
        self._break = True
        return bool(self._held)

    def _end_call(self, out: list[tuple[str, str]], final: bool) -> bool:
        """Look for the end of a tool call; what turns out to be none goes back in front of what is held."""
        call = self._call
        assert call is not None
        at = self._held.find(call.closing) if call.closing else -1
        if at < 0 and not final:
            return False
        body = self._held if at < 0 else self._held[:at]
        calls = call.parse(call.opening + body if call.bare else body)
        self._call = None
        if calls is None:
            self._plain, self._held = len(call.opening), call.opening + self._held
            return True
        out += [("tool_call", text) for text in written(calls)]
        self._held = self._held[len(body) + len(call.closing or "") :]
        self._head = True
        return bool(self._held)

    def _give(self, out: list[tuple[str, str]], text: str) -> None:
        if self._hidden:
            text = text.translate(self._hidden)
        if not text:
            return
        if self._break:
            text = f"\n\n{text}" if self.kind in self._gave else text
            self._break = False
        if self._channels:
            self._gave.add(self.kind)
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
