"""One loaded model at work: the memory plan, the reading of prompts and the writing of replies."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from desktop.core import machine
from desktop.core.errors import SamarError
from desktop.core.generation import MOST_COUNT, GenerationStats, StoppedBy
from desktop.core.memory import ContextPlan, plan_context
from desktop.core.model import Adapter, FileFacts, ModelInfo, SamplingHints
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.adapters import Adapters, with_others, without
from desktop.engine.context import FLASH_ATTENTION, KV_TYPES, Context
from desktop.engine.draft import CombinedSpeculator, DraftModel
from desktop.engine.family_templates import COMMON, template_of
from desktop.engine.kv_snapshots import MIN_TOKENS, SnapshotStore, fingerprint
from desktop.engine.llama import Library, Model, NativeError, StopFlag
from desktop.engine.ngram_speculation import LONG, NgramSpeculator
from desktop.engine.offload import asked, devices, plan_layers, share, stepping_down
from desktop.engine.prompt import THINKING_TAGS, Prompt, PromptBuilder, closing_text, split
from desktop.engine.prompt_batching import BatchSizer
from desktop.engine.prompt_cache import PromptCache
from desktop.engine.protocol import Finished, Frame, PromptProgress, PromptReady, PromptStarted, TextDelta, Tokens
from desktop.engine.sampling import Sampler
from desktop.engine.special_tokens import Escape, SpecialTokens
from desktop.engine.stream_parser import StreamParser
from desktop.engine.template import TemplateProcess
from desktop.engine.threads import ThreadChooser, running_others
from desktop.engine.tool_call_parser import ANSWER_CHANNEL, BARE, formats_in, markers_of

if TYPE_CHECKING:
    from desktop.engine.vision import Projector

_GATHER_S = 0.012
"""BatchSizer of a reply that come faster than this travel together."""


_STRETCH, _SLOW_S = 4, 0.01
"""Tokens between two looks at guesses and threads, but one where a token takes longer than that."""


class Session:
    """A model, its context and its template. Used from one thread, but for the stop flag."""

    def __init__(
        self,
        library: Library,
        templates: TemplateProcess,
        flag: StopFlag,
        options: LoadOptions,
        facts: FileFacts,
        progress: Callable[[float], None],
        states: Path | None = None,
        draft: FileFacts | None = None,
    ) -> None:
        """Load. states: folder for states of chats. Raises SamarError, or LoadStopped when the flag rose meanwhile."""
        started = time.perf_counter()
        if options.kv_type not in KV_TYPES:
            raise SamarError("engine_failed", reason=f"unknown type of KV cache {options.kv_type!r}")
        if options.flash_attention not in FLASH_ATTENTION:
            raise SamarError("engine_failed", reason=f"unknown flash attention {options.flash_attention!r}")
        self._flag = flag
        self._projector: Projector | None = None
        whole = with_others(facts, options.adapters, draft)
        layers, on_devices = self._plan_layers(library, whole, options)
        plan = plan_context(without(whole, on_devices), options, machine.free_memory())
        threads = options.threads if options.threads > 0 else machine.usable_cores()

        def attempt(layers: int) -> tuple[Model, Context, int]:
            model = self._load_model(library, options, facts, layers, progress)
            try:
                if not model.can_chat:
                    raise SamarError("model_not_for_chat", name=facts.name, kind=facts.architecture)
                trained = model.trained_context
                size = min(plan.context, trained) if trained > 0 else plan.context
                return model, self._make_context(model, size, threads, options, facts, plan, layers), layers
            except BaseException:
                model.close()
                raise

        self.model, self.context, gpu_layers = stepping_down(layers, attempt, (NativeError,))
        self._on_cpu = gpu_layers == 0
        trained = self.model.trained_context
        try:
            self.prompts = self._make_prompts(templates, facts)
        except BaseException:
            self.context.close()
            self.model.close()
            raise
        self._options, self._facts, self._states = options, facts, states
        self.room = self.context.size
        """Cells of the cache for tokens; images may take more cells than tokens."""
        self.hurried = 0
        """The request whose thinking is to end; set from any thread."""
        self._adapters = Adapters(self.model, facts.name)
        try:
            self._lay_on(options.adapters)
        except BaseException:
            self.context.close()
            self.model.close()
            raise
        self.chats = self._make_chats(states, options, facts)
        self.specials.read()
        self._tags = self._thinking_tags()
        self._calls = formats_in(self.prompts.source + self.prompts.tool_source)
        self.model.pieces.shown = markers_of(self._tags, self._calls)
        tiled = options.flash_attention != "off" and options.kv_type in ("f16", "f32")
        self.pieces = BatchSizer(self.model, facts, batch=self.context.batch_size, on_cpu=self._on_cpu, tiled=tiled)
        self.threads = ThreadChooser(threads, adaptive=options.threads <= 0)
        self.draft = self._make_draft(library, draft, threads) if draft and not self.model.recurrent else None
        text = NgramSpeculator() if self._may_guess(options) else None
        self.speculator: NgramSpeculator | CombinedSpeculator | None = (
            CombinedSpeculator(text, self.draft) if self.draft else text
        )
        traits = self.prompts.traits
        self.info = ModelInfo(
            path=facts.path,
            name=facts.name,
            architecture=facts.architecture,
            parameters=facts.parameters,
            quantization=facts.quantization,
            file_bytes=facts.file_bytes,
            context=self.context.size,
            context_wished=options.context,
            context_limit=plan.limit,
            context_trained=trained,
            threads=threads,
            gpu_layers=gpu_layers,
            vocabulary=self.model.size,
            has_template=self.prompts.has_template,
            template_problem=self.prompts.problem,
            system_role=traits.system_role,
            thinking=bool(self._tags),
            thinking_switch=bool(traits.thinking_switch),
            thinks=options.thinking,
            is_base=facts.is_base,
            completes=facts.is_base if options.completion is None else options.completion,
            vision=bool(options.projector),
            hints=self._hints(),
            memory_bytes=plan.needed,
            load_s=time.perf_counter() - started,
        )

    # ---- loading

    def _load_model(
        self,
        library: Library,
        options: LoadOptions,
        facts: FileFacts,
        gpu_layers: int,
        progress: Callable[[float], None],
    ) -> Model:
        try:
            return Model(
                library,
                facts.path,
                gpu_layers=gpu_layers,
                memory_map=options.memory_map,
                keep_in_memory=options.keep_in_memory,
                progress=progress,
                stop=self._flag,
            )
        except NativeError as problem:
            reason = str(problem)
            if "unknown model architecture" in reason:
                raise SamarError("model_unsupported", name=facts.name, architecture=facts.architecture) from problem
            if gpu_layers:  # the device failed: fewer layers may work, and the CPU always does
                raise
            raise SamarError("model_load_failed", name=facts.name, reason=reason) from problem

    def _plan_layers(self, library: Library, facts: FileFacts, options: LoadOptions) -> tuple[int, float]:
        """Layers for the devices, and the part of the model's memory that they take off the computer's own."""
        if not library.has_gpu():
            return 0, 0.0
        found = devices(library.api._lib)
        if not found:  # they can't be asked: all that is wished for, and fewer when that fails
            return asked(facts, options.gpu_layers), 0.0
        context = min(options.context if options.context > 0 else 8192, facts.context_trained or 1 << 30)
        layers = plan_layers(facts, options.gpu_layers, context, options.kv_type, found)
        return layers, share(facts, layers, found)

    def _make_context(
        self,
        model: Model,
        context: int,
        threads: int,
        options: LoadOptions,
        facts: FileFacts,
        plan: ContextPlan,
        gpu_layers: int,
    ) -> Context:
        guesses = (options.speculation or options.draft) and not model.recurrent
        try:
            return Context(
                model,
                size=context,
                batch=min(max(options.batch, LONG + 1), context),
                threads=threads,
                flag=self._flag,
                kv_type=options.kv_type,
                flash_attention=options.flash_attention,
                outputs=min(LONG + 1, context) if guesses else 1,
            )
        except NativeError as problem:
            if gpu_layers:
                raise
            if "alloc" in str(problem).lower():
                raise SamarError(
                    "not_enough_memory",
                    name=facts.name,
                    needed=machine.readable(plan.needed),
                    free=machine.readable(machine.free_memory()),
                ) from problem
            raise SamarError("model_load_failed", name=facts.name, reason=problem) from problem

    def _make_draft(self, library: Library, facts: FileFacts, threads: int) -> DraftModel:
        """The draft model. Raises SamarError, or LoadStopped; everything is freed then."""
        size = self.context.size
        try:
            return DraftModel(
                library,
                facts.path,
                self.model,
                self._facts.name,
                size=size,
                threads=threads,
                flag=self._flag,
                gpu_layers=0 if self._on_cpu else -1,
            )
        except BaseException as problem:
            self.context.close()
            self.model.close()
            if isinstance(problem, NativeError):
                raise SamarError("model_load_failed", name=facts.name, reason=problem) from problem
            raise

    def _may_guess(self, options: LoadOptions) -> bool:
        """Rejected tokens are taken back, which a recurrent state can't."""
        return options.speculation and not self.model.recurrent

    def _make_prompts(self, templates: TemplateProcess, facts: FileFacts) -> PromptBuilder:
        source, for_tools = self.model.template(), self.model.template("tool_use")
        tags = (tag for pair in THINKING_TAGS for tag in pair)
        fallback = COMMON if facts.is_base else template_of(facts.architecture, facts.name, self._is_token)
        self.specials = SpecialTokens(self.model, (source or fallback.source) + for_tools, plain=tags)
        return PromptBuilder(
            templates,
            self._tokenize,
            source=source,
            tool_source=for_tools,
            specials=self.specials,
            fallback=fallback,
            bos=self.model.special_text("bos"),
            eos=self.model.special_text("eos"),
            adds_bos=self.model.adds_bos,
        )

    def _thinking_tags(self) -> tuple[tuple[str, str], ...]:
        """The template's own tags, else those that the vocabulary has as single tokens."""
        if tags := self.prompts.traits.thinking_tags:
            return (tags, ANSWER_CHANNEL) if tags[0].startswith("<|channel|>") else (tags,)
        return tuple(tags for tags in THINKING_TAGS if all(map(self._is_token, tags)))

    def _is_token(self, text: str) -> bool:
        """Whether the vocabulary holds a text as one token."""
        return len(self.model.tokenize(text, add_special=False)) == 1

    # ---- adapters

    def takes(self, options: LoadOptions, facts: FileFacts) -> bool:
        """Whether `facts` is the loaded model and `options` ask at most for other adapters, or for another way to think or
        to answer."""
        own = self._options
        same = {"adapters": own.adapters, "thinking": own.thinking, "completion": own.completion}
        return facts == self._facts and msgspec.structs.replace(options, **same) == own

    # ---- images

    def _tokenize(self, text: str, escape: Escape | None = None) -> list[int]:
        if escape is None:
            return self._projector.tokenize(text) if self._projector else self.model.tokenize(text)
        plain = partial(self.specials.tokenize, escape=escape)
        tokens = self._projector.tokenize(text, plain) if self._projector else plain(text)
        return [*self.model.beginning, *tokens]

    def _with_images(self, request: ChatRequest) -> ChatRequest:
        """`request` with its images marked in the text. Raises SamarError."""
        if not request.images:
            return request
        if not self._options.projector:
            raise SamarError("no_vision", name=self._facts.name)
        if self._projector is None:
            from desktop.engine.vision import Projector, require_memory

            threads = self.threads.for_prompts
            require_memory(Path(self._options.projector), machine.free_memory() - self._options.reserve_bytes)
            self._projector = Projector(self.model, self._options.projector, self._facts.name, threads, self._flag)
        self.specials.kept = (self._projector.mark_head,)
        messages = self._projector.mark(request.messages, request.images)
        return msgspec.structs.replace(request, messages=messages, images=())

    def change(self, options: LoadOptions) -> None:
        """Think as `options` say from now on, and lay their adapters over the model in the place of those before. What was
        read without them is of no use any more and is put away. Raises SamarError; nothing is changed then."""
        if options.adapters != self._options.adapters:
            self._change_adapters(options)
        self._options = options
        completes = self._facts.is_base if options.completion is None else options.completion
        self.info = msgspec.structs.replace(self.info, thinks=options.thinking, completes=completes)

    def _change_adapters(self, options: LoadOptions) -> None:
        before = self._adapters.effect
        self._adapters.read(options.adapters)
        if before != self._adapters.effect:
            self.chats.rest()
            self.chats.clear()
        self._adapters.lay_on(self.context)
        if before != self._adapters.effect:
            self.chats = self._make_chats(self._states, options, self._facts)

    def _lay_on(self, adapters: tuple[Adapter, ...]) -> None:
        if adapters:
            self._adapters.read(adapters)
            self._adapters.lay_on(self.context)

    def _hints(self) -> SamplingHints:
        def number(key: str) -> float | None:
            text = self.model.metadata(f"general.sampling.{key}")
            with contextlib.suppress(ValueError):
                value = float(text or "nan")
                return value if abs(value) <= MOST_COUNT else None  # NaN is not either
            return None

        top_k, last_n = number("top_k"), number("penalty_last_n")
        return SamplingHints(
            temperature=number("temp"),
            top_k=None if top_k is None else int(top_k),
            top_p=number("top_p"),
            min_p=number("min_p"),
            repeat_penalty=number("penalty_repeat"),
            repeat_last_n=None if last_n is None else int(last_n),
        )

    def close(self, seconds: float = 60.0) -> None:
        """Free everything; states of chats are written as far as `seconds` suffice."""
        end = time.monotonic() + seconds
        self.chats.rest(lambda: time.monotonic() > end)
        self.chats.clear()
        if self._projector is not None:
            self._projector.close()
        if self.draft is not None:
            self.draft.close()
        self.context.close()
        self.model.close()

    def _make_chats(self, folder: Path | None, options: LoadOptions, facts: FileFacts) -> PromptCache:
        store: SnapshotStore | None = None
        whole = self.model.recurrent or self.model.sliding_window > 0
        with contextlib.suppress(OSError):  # a folder that can't be made: chats are read anew
            if folder is not None:
                settings = (self.model.library.description(), options.kv_type, options.flash_attention, self._on_cpu)
                model = fingerprint(Path(facts.path), *settings, *self._adapters.effect)
                store = SnapshotStore(folder, options.states_bytes, model, whole=whole)
        reserve = 2 * options.reserve_bytes
        return PromptCache(self.context, store, machine.free_memory, reserve=reserve, whole=whole)

    # ---- replying

    def generate(self, request_id: int, request: ChatRequest, emit: Callable[[Frame], None]) -> None:
        """Answer `request`, giving every event to `emit`; the last one is Finished. Raises SamarError."""
        started = time.perf_counter()
        params = request.params.checked()
        thinking = self._options.thinking if request.thinking is None else request.thinking
        completion = self.info.completes if request.completion is None else request.completion
        request = msgspec.structs.replace(request, params=params, thinking=thinking, completion=completion)
        competing = running_others()
        request = self._with_images(request)
        prompt = self.prompts.build(request, self.context.size)
        self.room = self.context.size - (self._projector.more_cells(prompt.tokens) if self._projector else 0)
        if len(prompt.tokens) >= self.room:
            raise SamarError("prompt_too_long", tokens=len(prompt.tokens), context=self.room)
        competing = min(competing, running_others())  # twice, since the window itself may just have painted
        self.threads.begin(competing)
        self.chats.begin(prompt.tokens, request.chat, request.kept)
        seed = params.seed if params.seed is not None else int.from_bytes(os.urandom(4), "little") % (2**32 - 1)
        reply = _Reply(self, request_id, prompt, request, seed, emit, started, competing)
        try:
            reply.run()
        except NativeError as problem:
            raise SamarError("engine_failed", reason=problem) from problem

    def read_prompt(self, tokens: list[int], progress: Callable[[int], None]) -> bool:
        """Decode `tokens` behind what the cache holds of them; false when the person stopped."""
        done = len(self.context.tokens)
        self._mark()
        # a recurrent model can only go back to a mark: one is set where the reply may be asked for again
        last = len(tokens) - 1 if self.model.recurrent and len(tokens) - done > MIN_TOKENS else len(tokens)
        while done < len(tokens):
            if self._flag():
                return False
            if tokens[done] < 0:  # a piece of an image
                assert self._projector is not None
                if not self._projector.read(self.context, tokens[done]):
                    return False
                done = len(self.context.tokens)
                progress(done)
                continue
            if done == last:
                self._mark()
            end = last if done < last else len(tokens)
            part = tokens[done : done + self.pieces.size(end - done)]
            if self._projector:
                part = part[: next((at for at, token in enumerate(part) if token < 0), len(part))]
            self.context.set_threads(self.threads.current, self.threads.for_prompts)
            began, cpu_began = time.perf_counter(), time.process_time()
            if not self.context.decode(part):
                return False
            took = time.perf_counter() - began
            self.threads.prompt(took, time.process_time() - cpu_began)
            self.pieces.took(len(part), took)
            done += len(part)
            progress(done)
        return True

    def _mark(self) -> None:
        if self.model.recurrent and self.context.tokens and self.chats.has_memory(self.context.mark_size()):
            self.context.mark()


class _Reply:
    """One reply, from its prompt to its stats."""

    def __init__(
        self,
        session: Session,
        request_id: int,
        prompt: Prompt,
        request: ChatRequest,
        seed: int,
        emit: Callable[[Frame], None],
        started: float,
        competing: int,
    ) -> None:
        self._competing = competing
        self._session, self._id, self._prompt, self._request = session, request_id, prompt, request
        self._seed, self._emit, self._started = seed, emit, started
        params, fresh = request.params, not request.continue_last
        calls = (*session._calls, BARE) if request.tools else session._calls
        self._ends = session.prompts.ends
        self._stops = session.specials.stops((*params.stop, *self._ends))
        self._text = StreamParser(
            self._stops.strings,
            () if request.completion else session._tags,
            thinking=prompt.thinking_open,
            fresh=fresh and not request.completion,
            calls=() if request.completion else calls,
            hidden=self._stops.letters.values(),
        )
        self._sampler: Sampler | None = None
        self._cached = 0
        self._count = 0
        self._left = params.max_tokens or session.context.size
        self._pieces = session.model.pieces
        self._first_at = 0.0
        self._pending: list[str] = []
        self._pending_kind = "answer"
        self._sent_at = 0.0

    def run(self) -> None:
        tokens, context = self._prompt.tokens, self._session.context
        total = len(tokens)
        self._cached = context.keep(tokens)
        again = self._session.pieces.reread(total - self._cached, context.tokens)
        if again and context.can_cut(again):
            context.cut(again)
            self._cached -= again
        facts = {"prompt_tokens": total, "cached_tokens": self._cached, "dropped_messages": self._prompt.dropped}
        self._emit(PromptStarted(request=self._id, **facts))
        read = self._session.read_prompt(
            tokens, lambda done: self._emit(PromptProgress(request=self._id, done=done, total=total))
        )
        if not read:
            self._finish(StoppedBy.USER)
            return
        threads = self._session.threads
        # a competing may have been there for a moment only
        threads.begin(min(self._competing, running_others(own=threads.for_prompts)))
        self._emit(PromptReady(request=self._id, **facts))
        self._sampler = sampler = Sampler(
            self._session.model,
            self._request.params,
            self._seed,
            [token for token in tokens if token >= 0],
            tags=self._thinking_tags(),
            thinking_open=self._prompt.thinking_open,
            written=split(self._request)[2] or "",
            probabilities=min(self._request.probabilities, 20),
        )
        try:
            stopped_by = self._write(sampler)
            self._flush()
        finally:
            sampler.close()
        for kind, text in self._text.end():
            self._gather(kind, text)
        self._finish(stopped_by)

    def _thinking_tags(self) -> Sequence[tuple[str, str]]:
        """With which the reply may begin."""
        without = self._request.completion or (self._request.thinking is False and not self._prompt.thinking_open)
        return () if without else self._session._tags

    def _write(self, sampler: Sampler) -> StoppedBy:
        """Write tokens until something ends the reply, in stretches between which there is a look at guesses and threads."""
        session = self._session
        context, speculator, threads = session.context, session.speculator, session.threads
        threads.resume()
        context.set_threads(threads.current, threads.current)  # guesses are batches, but no prompts
        token = context.sample(sampler)
        self._first_at = before = time.perf_counter()
        if speculator is not None:
            speculator.restart(context.tokens)
        if session.draft is not None:
            session.draft.set_threads(threads.current, threads.for_prompts)
        if ended := self._take(token):
            return ended
        stretch = 1
        while True:
            if session.hurried == self._id:
                token, ended = self._answer_now(token, sampler)
                if ended:
                    return ended
                before = time.perf_counter()
                threads.resume()
                stretch = 1
            token, count, ended = self._stretch(token, sampler, stretch)
            if ended:
                return ended
            now = time.perf_counter()
            each, before = (now - before) / count, now
            if threads.tokens(count):
                context.set_threads(threads.current, threads.current)
            stretch = 1 if each > _SLOW_S or threads.trying else _STRETCH
            if speculator is None:
                continue
            speculator.single(each)
            while session.hurried != self._id and (
                guess := speculator.guess(token, min(session.room - len(context.tokens), self._left) - 1)
            ):
                token, ended = self._try(token, guess, sampler, speculator)
                if ended:
                    return ended
                before = time.perf_counter()
                threads.resume()
            if session.draft is not None:  # which may have spent time on a guess that was none
                before = time.perf_counter()
                threads.resume()

    def _answer_now(self, token: int, sampler: Sampler) -> tuple[int, StoppedBy | None]:
        """Close the thinking as the model itself would, and take the first token of the answer. In the middle of a letter
        or a tag the wish stands until the next token; without thinking it lapses."""
        session, context = self._session, self._session.context
        closing = self._text.closing
        if closing is None:
            return token, None
        session.hurried = 0
        tokens = session.model.tokenize(closing_text(closing), add_special=False) if closing else []
        if not tokens or not sampler.follow(tokens):
            return token, None
        if len(context.tokens) + len(tokens) >= session.room:
            return token, StoppedBy.CONTEXT
        if session._flag() or not context.decode((token, *tokens)):
            return token, StoppedBy.USER
        for token in (*tokens, context.sample(sampler)):
            if ended := self._take(token):
                return token, ended
        return token, None

    def _stretch(self, token: int, sampler: Sampler, count: int) -> tuple[int, int, StoppedBy | None]:
        """Up to `count` tokens after `token`, one by one: (last one, how many, what ended the reply)."""
        context, flag, take = self._session.context, self._session._flag, self._take
        size, step = self._session.room, context.step
        for done in range(1, count + 1):
            if len(context.tokens) >= size:
                return token, done, StoppedBy.CONTEXT
            if flag() or (token := step(token, sampler)) < 0:
                return token, done, StoppedBy.USER
            if ended := take(token):
                return token, done, ended
        return token, count, None

    def _try(
        self, token: int, guess: list[int], sampler: Sampler, speculator: NgramSpeculator | CombinedSpeculator
    ) -> tuple[int, StoppedBy | None]:
        """Decode `token` and a guess in one batch and sample behind each; a wrong guess ends it and is taken back."""
        context = self._session.context
        began = time.perf_counter()
        if self._session._flag() or not context.decode((token, *guess), every=True):
            return token, StoppedBy.USER
        right = 0
        ended: StoppedBy | None = None
        while True:
            token = context.sample(sampler, right)
            ended = self._take(token)
            if ended or right == len(guess) or token != guess[right]:
                break
            right += 1
        context.cut(len(guess) - right)
        speculator.tried(right, time.perf_counter() - began)
        return token, ended

    def _take(self, token: int) -> StoppedBy | None:
        """Turn a token into text; what ended the reply, if it did."""
        piece = self._pieces[token]
        if piece is None:
            return StoppedBy.END
        self._count += 1
        self._left -= 1
        if not piece and token in self._stops.tokens:  # what has a text is looked for there
            return StoppedBy.END if self._stops.tokens[token] in self._ends else StoppedBy.STOP_STRING
        if not piece and token in self._stops.letters:
            piece = self._stops.letters[token].encode()
        for kind, text in self._text.feed(piece):
            self._gather(kind, text)
        if self._text.stopped:
            return StoppedBy.END if self._text.stopped in self._ends else StoppedBy.STOP_STRING
        return StoppedBy.LENGTH if self._left <= 0 else None

    def _gather(self, kind: str, text: str) -> None:
        if kind != self._pending_kind or kind == "tool_call":  # every call is a piece of its own
            self._flush()
            self._pending_kind = kind
        self._pending.append(text)
        if time.perf_counter() - self._sent_at >= _GATHER_S:
            self._flush()

    def _flush(self) -> None:
        if tokens := self._sampler.taken() if self._sampler else []:
            self._emit(Tokens(request=self._id, tokens=tuple(tokens)))
        if self._pending:
            self._emit(TextDelta(request=self._id, text="".join(self._pending), kind=self._pending_kind))
            self._pending.clear()
            self._sent_at = time.perf_counter()

    def _finish(self, stopped_by: StoppedBy) -> None:
        self._flush()
        now = time.perf_counter()
        writing = now - self._first_at if self._first_at else 0.0
        stats = GenerationStats(
            prompt_tokens=len(self._prompt.tokens),
            cached_tokens=self._cached,
            reply_tokens=self._count,
            first_token_s=self._first_at - self._started if self._first_at else now - self._started,
            tokens_per_s=(self._count - 1) / writing if self._count > 1 and writing > 0 else 0.0,
            stopped_by=stopped_by,
            dropped_messages=self._prompt.dropped,
            seed=self._seed,
        )
        self._emit(Finished(request=self._id, stats=stats))
