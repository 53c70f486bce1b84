"""The conversation in a terminal: the same chats, the same history, without a window."""

from __future__ import annotations

import sys
import time
from contextlib import suppress

from desktop.cli.context import stream, tell_repetition, write
from desktop.core.chat import Chat, MessageStatus, Role
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, StoppedBy
from desktop.core.model import ModelInfo
from desktop.core.paths import Paths
from desktop.core.requests import ChatRequest
from desktop.services.generation import GenerationService
from desktop.storage.chats import ChatStore, NewChat
from desktop.storage.database import Database
from desktop.storage.opening import open_history

HELP = """\
/new            begin a new chat
/system TEXT    set the system prompt of this chat (without TEXT: show it)
/thinking WORD  on, off or own: whether the model thinks before it answers (without WORD: show it)
/again          have the last reply written anew
/help           this list
/exit           leave (Ctrl+D does it too); Ctrl+C stops a reply"""

THINKING = {"on": True, "off": False, "own": None}


def bring_back(database: Database, paths: Paths) -> None:
    """Write a history whose file was taken away anew, and say so."""
    from desktop.storage import reopening

    print(f"samar: {reopening.bring_back(database, paths).sentence()}", file=sys.stderr)


class TerminalChat:
    """Reads lines, streams replies, stores both."""

    def __init__(
        self,
        paths: Paths,
        service: GenerationService,
        info: ModelInfo,
        params: GenerationParams,
        system: str,
        thinking: bool | None = None,
        until_repetition: bool = True,
    ) -> None:
        opened = open_history(paths)
        if opened.problem:
            print(f"samar: {opened.problem.sentence()}", file=sys.stderr)
        self.database = opened.database
        self.database.when_moved = lambda: bring_back(self.database, paths)
        self.store = ChatStore(opened.database)
        self.store.recover_interrupted()
        self.service, self.info, self.params, self.system = service, info, params, system
        self.thinking, self.until_repetition = thinking, until_repetition
        self.completion: bool | None = None
        """Whether the model continues text; None: as it was trained."""
        self.chat: Chat | None = None
        self.leaf: int | None = None

    def run(self) -> None:
        """Until /exit or the end of the input."""
        if sys.stdin.isatty():
            with suppress(ImportError):  # Windows has none
                import readline  # noqa: F401  (line editing and history for input())

            print(f"{self.info.name} · everything stays on this computer · /help lists what can be typed")
        try:
            while (line := self.read()) is not None:
                if not self.obey(line):
                    break
        finally:
            self.database.close()

    def read(self) -> str | None:
        """The next line; None at the end."""
        try:
            return input("› " if sys.stdin.isatty() else "").strip()
        except EOFError:
            return None
        except KeyboardInterrupt:  # at the prompt it takes back what was typed, as in a shell
            print()
            return ""

    def obey(self, line: str) -> bool:
        """Act on one line. False: leave."""
        word, _, rest = line.partition(" ")
        if line in ("/exit", "/quit"):
            return False
        try:
            if not line:
                pass
            elif word == "/help":
                print(HELP)
            elif word == "/new":
                self.chat = self.leaf = None
            elif word == "/system":
                self.set_system(rest.strip())
            elif word == "/thinking":
                self.set_thinking(rest.strip())
            elif word == "/again":
                self.again()
            else:
                self.send(line)
        except SamarError as problem:  # the conversation goes on; the engine starts anew with the next message
            print(f"samar: {problem.sentence()}", file=sys.stderr)
        return True

    def set_system(self, text: str) -> None:
        if not text:
            print(self.system or "(none)")
            return
        self.system = text
        if self.chat:
            self.store.set_system_prompt(self.chat.id, text)

    def set_thinking(self, word: str) -> None:
        if not self.info.thinking_switch:
            print("samar: this model lets nobody choose whether it thinks.", file=sys.stderr)
        elif word not in ("", *THINKING):
            print("samar: on, off or own.", file=sys.stderr)
        elif not word:
            print(next(name for name, value in THINKING.items() if value is self.thinking))
        else:
            self.thinking = THINKING[word]
            if self.chat:
                self.store.set_thinking(self.chat.id, self.thinking)

    def send(self, text: str) -> None:
        new = NewChat(system_prompt=self.system or None, thinking=self.thinking)
        chat = self.chat.id if self.chat else new
        self.chat, _, reply = self.store.send(chat, self.leaf, text, self.info.name, from_draft=False)
        self.reply(reply.id)

    def again(self) -> None:
        if self.chat is None or self.leaf is None:
            return
        last = self.store.get_message(self.leaf)
        if last.role is Role.ASSISTANT and last.parent_id is not None:
            self.reply(self.store.begin_reply(last.parent_id, self.info.name).id)

    def reply(self, message_id: int) -> None:
        """Stream the reply `message_id` and store it, about once a second while it grows."""
        assert self.chat is not None
        self.leaf = message_id
        path = self.store.messages_of(self.chat.id).path_to(message_id)[:-1]
        messages = [(turn.role.value, turn.content) for turn in path]
        if self.system:
            messages.insert(0, ("system", self.system))
        request = ChatRequest(
            messages=tuple(messages),
            params=self.params,
            thinking=self.thinking,
            completion=self.completion,
            until_repetition=self.until_repetition,
        )
        written, saved_at = "", time.monotonic()

        def keep(text: str) -> None:
            nonlocal written, saved_at
            written = text
            if time.monotonic() - saved_at > 1:
                self.store.save_partial(message_id, text)
                saved_at = time.monotonic()

        try:
            text, stats = stream(self.service, request, show=write, keep=keep)
        except SamarError as problem:
            details = problem.details.items()
            self.store.finish(message_id, written, MessageStatus.FAILED, error_code=problem.code, error_details=details)
            print()
            raise
        print(" ⏹" if stats.stopped_by is StoppedBy.USER else "")
        tell_repetition(stats)
        early = stats.stopped_by in (StoppedBy.USER, StoppedBy.REPETITION)
        status = MessageStatus.STOPPED if early else MessageStatus.FINISHED
        self.store.finish(message_id, text, status, stats)
