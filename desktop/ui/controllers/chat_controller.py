"""What happens when a person sends, stops, edits, chooses or deletes: between the widgets, the history and the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from PySide6.QtCore import Signal

from desktop.core.chat import Chat, ChatTree, Message, Role
from desktop.core.context_window import Budget
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, StoppedBy
from desktop.core.model import ModelInfo
from desktop.core.prompt_variables import PromptContext, fill_variables
from desktop.core.settings import Settings
from desktop.storage.chats import ChatStore, NewChat
from desktop.storage.messages import Deletion
from desktop.storage.search import Query
from desktop.storage.temporary import is_temporary, temporary_store
from desktop.ui.composer.context_notice import ContextNotice
from desktop.ui.controllers.base_controller import BaseController, Undo
from desktop.ui.controllers.context_controller import ContextController
from desktop.ui.controllers.draft_controller import DraftController
from desktop.ui.controllers.image_controller import ImageController
from desktop.ui.controllers.probability_controller import ProbabilityController
from desktop.ui.controllers.reply_controller import ReplyController
from desktop.ui.controllers.request_builder import request_of, turns_of
from desktop.ui.controllers.sidebar_controller import SidebarController
from desktop.ui.controllers.thinking_controller import ThinkingController
from desktop.ui.main_window import MainWindow
from desktop.ui.transcript.view import TranscriptView
from desktop.workers.generation import GenerationWorker
from desktop.workers.search import SearchWorker


class ChatController(BaseController):
    """Owns which chat is on the screen. Every change goes to the history first, then to the widgets."""

    purge_due = Signal()
    """Something deleted can't be brought back any more: its traces may be erased."""

    chat_changed = Signal()
    """Another chat is shown, or a new one."""

    def __init__(
        self,
        window: MainWindow,
        transcript: TranscriptView,
        store: ChatStore,
        worker: GenerationWorker,
        finder: SearchWorker,
        settings: Callable[[], Settings],
        language: Callable[[], str],
    ) -> None:
        super().__init__(window)
        self.window, self.transcript, self.worker = window, transcript, worker
        self.history = store
        self.store = store
        """Where the chat on the screen is kept: the history, or a temporary one in memory."""
        self.finder, self.settings, self.language = finder, settings, language
        self.replies = ReplyController(worker, self)
        self.chat: Chat | None = None
        self.tree = ChatTree()
        self.temporary_prompt: str | None = None
        """System prompt chosen before the chat has a first message."""
        self.temporary_params: GenerationParams | None = None
        self.new_folder: int | None = None
        """Where the chat will be when it has a first message."""
        self.undo = Undo(window)
        notice = ContextNotice()
        window.add_notice(notice)
        self.context = ContextController(notice, worker, self)
        self.images = ImageController(window, transcript, worker, store, self.draft_place, self.path)
        self.drafts = DraftController(window, self.images, transcript.editing, self.draft_place)
        self.probabilities = ProbabilityController(window, transcript, self.replies)
        self.thinking = ThinkingController(window, transcript, self.replies, worker, lambda: self.chat)
        self.organizer = SidebarController(
            window, store, finder, self.undo, self._depart, lambda: self.settings().deleted_days
        )
        self._connect()

    def _connect(self) -> None:
        sidebar, composer, transcript = self.window.sidebar, self.window.composer, self.transcript
        self.window.new_chat_requested.connect(self.new_chat)
        self.window.temporary_chat_requested.connect(self.guarded(self.new_temporary_chat))
        sidebar.chat_selected.connect(self.open_chat)
        sidebar.folder_chat_requested.connect(self.new_chat_in)
        sidebar.hit_selected.connect(self.open_hit)
        composer.submitted.connect(self.send)
        composer.stop_requested.connect(self.stop)
        composer.draft_changed.connect(self.context.set_draft)
        self.context.failed.connect(self.error_occurred)
        self.context.chat_changed.connect(self._took)
        transcript.regenerate_requested.connect(self.guarded(self.regenerate))
        transcript.continue_requested.connect(self.guarded(self.continue_reply))
        transcript.edit_submitted.connect(self.guarded(self.edit))
        transcript.reply_edit_submitted.connect(self.guarded(self.edit_reply))
        transcript.sibling_chosen.connect(self.guarded(self.choose_sibling))
        transcript.delete_requested.connect(self.guarded(self.delete_turn))
        transcript.fork_requested.connect(self.guarded(self.fork))
        transcript.failed.connect(self.error_occurred)
        self.window.find_requested.connect(transcript.open_find)
        self.window.copy_reply_requested.connect(transcript.copy_last_reply)
        self.window.panel.system_prompt_changed.connect(self.guarded(self.set_system_prompt))
        self.window.panel.params_changed.connect(self.guarded(self.set_params))
        self.images.tray.changed.connect(lambda: self.context.set_draft_images(self.images.tray.images))
        self.probabilities.wished.connect(self.guarded(self.set_probabilities))
        self.thinking.wished.connect(self.guarded(self.set_thinking))
        for actor in (self.organizer, self.undo, self.images, self.drafts):
            actor.error_occurred.connect(self.error_occurred)
        self.organizer.changed.connect(self._took)
        self.organizer.left.connect(self._left)
        self.organizer.returned.connect(self._returned)
        self.organizer.erased.connect(self._erased)
        self.undo.settled.connect(self._forget)
        self.undo.purge_due.connect(self.purge_due)
        self.replies.grew.connect(self._on_grew)
        self.replies.ended.connect(self._on_ended)
        self.replies.failed.connect(lambda _message, problem: self.error_occurred.emit(problem))
        self.replies.saving_failed.connect(self.error_occurred)
        self.replies.changed.connect(self._show_busy)

    # choosing a chat

    def load_chats(self) -> None:
        """Fill the sidebar. Raises SamarError."""
        self.organizer.load()

    def begin(self) -> None:
        """The window shows an empty page already; what was typed on it stays."""
        self.drafts.begin()
        self._show_chat()

    def new_chat(self) -> None:
        """An empty page; the chat comes into being with its first message."""
        self._leave()
        self._leave_temporary()
        self._show_new()

    def new_chat_in(self, folder_id: int) -> None:
        """An empty page for a chat that will be in a folder."""
        self.new_chat()
        self.new_folder = folder_id

    def new_temporary_chat(self) -> None:
        """An empty page for a chat that is never written to disk, and is gone when it is left."""
        self._leave()
        self._leave_temporary()
        self.store = temporary_store()
        self._show_new()

    @property
    def is_temporary(self) -> bool:
        return self.store is not self.history

    def _leave(self) -> None:
        """Another chat is about to be shown: what is being typed anywhere belongs to this one, and is stored with it."""
        self.window.panel.tell()
        self.context.notice.tell()
        self.drafts.keep()

    def _leave_temporary(self) -> None:
        """A temporary chat that is left is gone: from every field, from the queue, and from the engine."""
        if not self.is_temporary:
            return
        store, self.store = self.store, self.history
        self.drafts.leave()
        self.undo.forget(store)
        self.transcript.forget_find()
        if self.chat:
            self.replies.forget(self.chat.id)
            self.context.forget(self.chat.id)
            self.worker.forget([str(self.chat.id)])
            self.probabilities.forget(self.tree.messages)
            self.window.show_toast(self.tr("The temporary chat is gone"))
        self.chat, self.tree = None, ChatTree()
        store.database.close()

    def _show_new(self) -> None:
        self.chat, self.tree = None, ChatTree()
        self.temporary_prompt = self.temporary_params = self.new_folder = self.thinking.wish = None
        self.probabilities.show_wish(False)
        self.window.sidebar.set_current(None)
        self.transcript.clear()
        self._show_chat()
        self.window.composer.focus()
        self.chat_changed.emit()

    def open_chat(self, chat_id: int) -> None:
        """Show a chat."""
        if self.chat and self.chat.id == chat_id:
            return
        try:
            chat, tree = self.history.get_chat(chat_id), self.history.messages_of(chat_id)
        except SamarError as problem:
            self.error_occurred.emit(problem)
            return
        self._leave()
        self._leave_temporary()
        self.chat, self.tree = chat, tree
        self.window.sidebar.set_current(chat_id)
        self._show_path()
        self._show_chat()
        self.chat_changed.emit()

    def reload(self) -> None:
        """Show the chat anew from the history, after its tree changed."""
        if self.chat:
            self._leave()
            self.chat, self.tree = self.store.get_chat(self.chat.id), self.store.messages_of(self.chat.id)
            self._show_path()
            self._show_chat()

    def _show_path(self) -> None:
        path = [self.replies.current(message) for message in self.path()]
        self.transcript.set_messages(path, {message.id: self._place(message.id) for message in path})
        self.drafts.show_edits()

    def _show_chat(self) -> None:
        self.window.show_empty(not (self.chat and len(self.tree)))
        self.window.show_temporary(self.is_temporary)
        self.window.set_chat_title(self.chat.title if self.chat else "")
        self.drafts.show()
        self.window.panel.forget()
        self.show_panel()
        self._show_busy()

    def show_model(self, _model: object) -> None:
        """Another model answers, or the settings changed."""
        model = self.worker.model
        self.window.composer.set_continues(model is not None and model.completes)
        self.show_panel()

    def show_panel(self) -> None:
        """Say in the panel what holds in this chat."""
        panel = self.window.panel
        panel.set_system_prompt(
            self.chat.system_prompt if self.chat else self.temporary_prompt, self.settings().system_prompt
        )
        panel.set_params(self.chosen_params(), self.model_params())
        panel.set_presets(self.settings().presets)
        panel.set_unfolded(self.settings().advanced_visible)
        self._show_context()
        self.images.refresh()
        if self.chat:
            self.probabilities.show_wish(self.chat.probabilities)
        self.thinking.show_chat()

    def _show_context(self) -> None:
        """Say how full the context is, and what of the chat has no room in it."""
        params = self.params()
        stats = next((m.stats for m in reversed(self.path()) if m.stats and m.stats.prompt_tokens), None)
        model = self.worker.model
        self.window.panel.set_context(
            stats.prompt_tokens + stats.reply_tokens if stats else 0,
            model.context if model else 0,
            stats.dropped_messages if stats else 0,
            Budget(model.context, params.max_tokens).reserve if model else 0,
        )
        self.context.show_chat(self.store, self.chat, self.path(), self._system(self.chat), params)

    def _show_busy(self) -> None:
        self.window.composer.set_generating(bool(self.chat and self.replies.in_chat(self.chat.id)))
        self.window.sidebar.set_busy(self.replies.chats())
        self.context.set_idle(not self.replies.chats())

    def _place(self, message_id: int) -> tuple[int, int]:
        """Which of how many siblings a message is, from 1."""
        siblings = self.tree.siblings(message_id)
        return next(i for i, m in enumerate(siblings, 1) if m.id == message_id), len(siblings)

    def _append(self, message: Message) -> None:
        self.transcript.append_message(message, self._place(message.id))

    def path(self) -> list[Message]:
        """The turns on the screen."""
        return self.tree.path_to(self.chat.active_leaf) if self.chat else []

    def open_hit(self, chat_id: int, message_id: int | None) -> None:
        """Show a chat at a message in which the search found its words."""
        self.open_chat(chat_id)
        if message_id is None or message_id not in self.tree.messages or self.chat is None:
            return
        if message_id not in {message.id for message in self.path()}:  # it stands on another branch
            self.guarded(self._show_branch_of)(message_id)
        words = Query(self.window.sidebar.search.text()).ranges(self.tree.messages[message_id].content)
        self.transcript.scroll_to_message(message_id, words)

    def _show_branch_of(self, message_id: int) -> None:
        assert self.chat is not None
        self.store.set_active_leaf(self.chat.id, self.tree.newest_leaf_below(message_id))
        self.reload()

    # drafts

    def draft_place(self) -> tuple[ChatStore, int | None]:
        """Where what is in the composer is kept, and of which chat."""
        return self.store, self.chat.id if self.chat else None

    # sending

    def send(self, text: str) -> None:
        """Store the message, show it, and ask for the reply. What can't be stored stays in the composer."""
        try:
            chat: int | NewChat = self.chat.id if self.chat else self._new()
            leaf = self.chat.active_leaf if self.chat else None
            sent = self.store.send(chat, leaf, text, self._model_name(), self.images.tray.images)
        except BaseException as problem:
            self.window.composer.set_draft(text)
            if not isinstance(problem, SamarError):
                raise
            self.error_occurred.emit(problem)
            return
        self.chat, user, reply = sent
        self.tree = self.tree.with_message(user).with_message(reply)
        with self._answering(reply):
            self.drafts.sent()
            self._list(self.chat)
            self.window.sidebar.set_current(self.chat.id)
            self.window.show_empty(False)
            self.window.set_chat_title(self.chat.title)
            self._append(user)
            self._begin(reply)

    def _new(self) -> NewChat:
        """The chat that begins with what is sent now."""
        folder = None if self.is_temporary else self.new_folder
        return NewChat(
            self.temporary_prompt, self.temporary_params, folder, self.probabilities.wish, self.thinking.wish
        )

    @contextmanager
    def _answering(self, reply: Message) -> Iterator[None]:
        """A reply is stored: whatever keeps it from being asked for ends it as failed, so that it never waits for ever."""
        self.replies.follow(reply, self.store)
        try:
            yield
        except SamarError as problem:
            self.replies.fail(reply.id, problem)
        except BaseException as problem:
            self.replies.fail(reply.id, SamarError("engine_failed", reason=problem))
            raise

    def _begin(self, reply: Message, *, continued: bool = False) -> None:
        """Show the reply in the making and ask the worker for it."""
        if continued:
            self.transcript.update_message(reply)
        else:
            self._append(reply)
        assert self.chat is not None
        store, chat, params, kept = self.store, self.chat, self.params(), not self.is_temporary
        turns = turns_of(self.tree.path_to(reply.id), continued=continued)
        repeated = reply.stats is not None and reply.stats.stopped_by is StoppedBy.REPETITION  # and is to go on

        def ask() -> None:
            """The chat may have a summary by now, and may not be on the screen any more."""
            if not self.replies.is_live(reply.id):
                return
            now = store.get_chat(chat.id)
            system = self._system(now)
            found = self.context.plan_for(now, turns, system, params)
            sees = self.images.sees
            request = request_of(
                store,
                now,
                found,
                system,
                params,
                sees=sees,
                continued=continued,
                kept=kept,
                until_repetition=self.settings().stop_repetition and not repeated,
            )
            self.replies.asked(reply.id, self.worker.submit(request), len(found.left_out))

        def ask_or_fail() -> None:
            try:
                ask()
            except SamarError as problem:
                self.replies.fail(reply.id, problem)
            except BaseException as problem:
                self.replies.fail(reply.id, SamarError("engine_failed", reason=problem))
                raise

        found = self.context.plan_for(chat, turns, self._system(chat), params)
        end = self.guarded(lambda: self.replies.end(reply.id))
        self.context.when_ready(store, chat, found, params, ask_or_fail, end)

    def stop(self) -> None:
        """End the reply of the chat on the screen, and no other one."""
        if self.chat:
            self._stop_in([self.chat.id])

    def _system(self, chat: Chat | None) -> str:
        """The system prompt that holds in a chat, or in one to come, with its variables filled."""
        own = chat.system_prompt if chat else self.temporary_prompt
        prompt = self.settings().system_prompt if own is None else own
        return fill_variables(prompt, self.prompt_context()) if prompt.strip() else ""

    def prompt_context(self) -> PromptContext:
        """What the variables of a prompt stand for now."""
        return PromptContext(
            now=datetime.now().astimezone(), language=self.language(), user=self.settings().user_name.strip()
        )

    def _model_name(self) -> str | None:
        model = self.worker.model
        return model.name if model else None

    def model_params(self) -> GenerationParams:
        """What is used where the person chose nothing: the settings', else the model's own hints, else the defaults."""
        model: ModelInfo | None = self.worker.model
        own = model.hints.applied_to(GenerationParams()) if model else GenerationParams()
        chosen = self.settings().params
        return chosen.over(own) if chosen else own

    def chosen_params(self) -> GenerationParams | None:
        """What the person chose for this chat; None: nothing."""
        return self.chat.params if self.chat else self.temporary_params

    def params(self) -> GenerationParams:
        chosen = self.chosen_params()
        return (chosen.over(self.model_params()) if chosen else self.model_params()).checked()

    # turns

    def regenerate(self, message_id: int) -> None:
        """Have a reply written anew, as a sibling of the one that is there."""
        message = self.tree.messages[message_id]
        parent = message.parent_id if message.role is Role.ASSISTANT else message.id
        if parent is None or self.chat is None:
            return
        before = next((turn for turn in self.path() if turn.parent_id == parent), None)
        reply = self.store.begin_reply(parent, self._model_name())
        self._stop_in([self.chat.id])
        with self._answering(reply):
            self._adopt(reply)
            if before:
                self.transcript.remove_from(before.id)
            self._begin(reply)

    def _adopt(self, *messages: Message) -> None:
        """Take new messages, the last of which is the active leaf now."""
        assert self.chat is not None
        for message in messages:
            self.tree = self.tree.with_message(message)
        self.chat = self.store.get_chat(self.chat.id)
        self._list(self.chat)

    def _list(self, chat: Chat) -> None:
        """Show a chat in the side bar, where temporary ones have no place."""
        if not is_temporary(chat.id):
            self.window.sidebar.update_chat(chat)

    def continue_reply(self, message_id: int) -> None:
        """Go on with a reply that stopped."""
        if self.chat is None or self.replies.in_chat(self.chat.id):
            return
        reply = self.store.resume_reply(message_id)
        with self._answering(reply):
            self._adopt(reply)
            self._begin(reply, continued=bool(reply.content))

    def edit(self, message_id: int, text: str) -> None:
        """Send an edited version of one's own message as a new branch."""
        if self.chat is None:
            return
        with self._stored_edit():
            user, reply = self.store.edit_turn(message_id, text, self._model_name())
        self._stop_in([self.chat.id])
        with self._answering(reply):
            self._adopt(user, reply)
            self.transcript.remove_from(message_id)
            self._append(user)
            self._begin(reply)

    @contextmanager
    def _stored_edit(self) -> Iterator[None]:
        """What can't be stored stays in the editor."""
        try:
            yield
        except BaseException:
            self.transcript.editing.refuse()
            raise

    def edit_reply(self, message_id: int, text: str) -> None:
        """Change the text of a reply in place."""
        if self.replies.is_live(message_id):
            self.transcript.editing.refuse()
            self.window.show_toast(self.tr("The reply is still being written"))
            return
        with self._stored_edit():
            self.store.edit_content(message_id, text)
        message = self.store.get_message(message_id)
        self.probabilities.forget([message_id])
        self.tree = self.tree.with_message(message)
        self.transcript.update_message(message)

    def choose_sibling(self, message_id: int, delta: int) -> None:
        """Show the branch before or after that of `message_id`."""
        if self.chat is None:
            return
        siblings = self.tree.siblings(message_id)
        place = self._place(message_id)[0] - 1 + delta
        if 0 <= place < len(siblings):
            leaf = self.tree.newest_leaf_below(siblings[place].id)
            self.store.set_active_leaf(self.chat.id, leaf)
            self.reload()

    def delete_turn(self, message_id: int) -> None:
        """Take a turn and what follows it away, with undo."""
        if self.chat:
            self._stop_in([self.chat.id])
        deletion = self.store.delete_turn(message_id)
        self.reload()
        store, chat_id = self.store, deletion.chat_id

        def back() -> None:
            if self.chat and self.chat.id == chat_id:
                self.reload()

        self.undo.offer(self.tr("Message deleted"), back, store, deletion)

    def fork(self, message_id: int) -> None:
        """A new chat that begins with the turns up to here."""
        if self.is_temporary:
            self.window.show_toast(self.tr("“New chat from here” does not work in a temporary chat"))
            return
        chat = self.store.fork(message_id)
        self.window.sidebar.update_chat(chat)
        self.open_chat(chat.id)

    # chats

    def set_system_prompt(self, prompt: str | None) -> None:
        """None: the default of the settings."""
        if self.chat is None:
            self.temporary_prompt = prompt
        else:
            self._changed(self.store.set_system_prompt(self.chat.id, prompt))
        self._show_context()

    def set_params(self, params: GenerationParams | None) -> None:
        """None: the model's own."""
        if self.chat is None:
            self.temporary_params = params
        else:
            self._changed(self.store.set_params(self.chat.id, params))
        self._show_context()  # the longest reply decides how much is kept free for it

    def set_probabilities(self, wanted: bool) -> None:
        """Whether the probabilities of the tokens are asked for with each reply of this chat."""
        if self.chat is not None:
            self._changed(self.store.set_probabilities(self.chat.id, wanted))

    def set_thinking(self, wanted: bool | None) -> None:
        """Whether the model thinks in this chat; None: as is set for it."""
        if self.chat is not None:
            self._changed(self.store.set_thinking(self.chat.id, wanted))

    def _changed(self, chat: Chat) -> None:
        self._took(chat)
        self._list(chat)

    def _took(self, chat: Chat) -> None:
        if self.chat and self.chat.id == chat.id:
            self.chat = chat
            self.window.set_chat_title(chat.title)

    def _left(self, chat_ids: list[int]) -> None:
        """Chats were deleted or put away: the one on the screen gives way to a new one."""
        if self.chat and self.chat.id in chat_ids and not self.is_temporary:
            self.chat = None
            self.drafts.leave()
            self.new_chat()

    def _returned(self, chat_ids: list[int]) -> None:
        """Chats are back: a single one is shown."""
        if len(chat_ids) == 1:
            self.open_chat(chat_ids[0])

    def _forget(self, deletion: Deletion) -> None:
        """The engine forgets what it has read of what is gone for good."""
        self.worker.forget([str(id_) for id_ in (*deletion.chats, deletion.chat_id) if id_ is not None])

    def _erased(self, chat_ids: list[int]) -> None:
        self._forget(Deletion(chats=tuple(chat_ids)))
        self.purge_due.emit()

    def _stop_in(self, chat_ids: list[int]) -> None:
        """End the replies that are being written or wait in these chats, and no other ones."""
        for chat_id in chat_ids:
            self.context.stop(chat_id)
            for message_id in self.replies.of_chat(chat_id):
                self.replies.cancel(message_id)

    def _depart(self, chat_ids: list[int]) -> None:
        """These chats are about to be deleted or put away: nothing is written in them any more, and what is being typed
        stays with them."""
        if self.chat and self.chat.id in chat_ids and not self.is_temporary:
            self._leave()
        self._stop_in(chat_ids)
        for chat_id in chat_ids:
            self.context.stop(chat_id, unasked=True)

    # from the replies

    def _on_grew(self, message_id: int, text: str, thinking: str) -> None:
        if self.chat and message_id in self.tree.messages:
            self.transcript.append_chunk(message_id, text, thinking)

    def _on_ended(self, message: Message) -> None:
        if self.chat and self.chat.id == message.chat_id and message.id in self.tree.messages:
            self.tree = self.tree.with_message(message)
            self.transcript.finish_message(message)
            self.show_panel()

    def close(self) -> None:
        """Samar ends: drafts and replies are stored."""
        self._leave()
        self._leave_temporary()
        self.chat, self.tree = None, ChatTree()  # settings that change while all is closed concern no chat any more
        self.context.close()
        self.images.close()
        self.replies.close()
