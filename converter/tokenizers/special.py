"""Special tokens, what is put around a text, and the chat template.

The rules are those of the reference (`SpecialVocab` in llama.cpp's own `gguf-py`, which differs from the published gguf
0.19.0): a ByteLevel post-processor says that nothing is added, a TemplateProcessing one says what is, and only then
tokenizer_config.json and config.json are asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from converter.errors import bad_tokenizer
from converter.tokenizers.data import ChatTemplate, SpecialTokens
from converter.tokenizers.files import JsonObject, TokenizerFiles, token_text

ROLES = ("bos", "eos", "unk", "sep", "pad", "cls", "mask")


def read_special_tokens(
    files: TokenizerFiles, *, vocab_size: int | None = None, roles: Sequence[str] = ROLES
) -> SpecialTokens:
    """Ids, additions and template of a checkpoint. Ids that are not below `vocab_size` are left out."""
    found = SpecialTokens()
    config = dict(files.config)
    wanted = list(roles)
    if files.tokenizer_json is not None:
        _read_normalizer(files.tokenizer_json.get("normalizer"), found)
        _PostProcessor(config, found, wanted).read(files.tokenizer_json.get("post_processor"))
    found.chat_template = _chat_template(files, config)
    if config:
        for role in wanted:
            add = config.get(f"add_{role}_token")
            if isinstance(add, bool):
                found.add.setdefault(role, add)
            text = token_text(config.get(f"{role}_token"))
            if text is not None:
                ident = next((t["id"] for t in files.added_tokens if t["content"] == text), None)
                _set_id(found, role, ident, vocab_size)
    text_config = files.model_config.get("text_config")
    for role in wanted:
        ident = files.model_config.get(f"{role}_token_id")
        if ident is None and isinstance(text_config, dict):
            ident = text_config.get(f"{role}_token_id")
        _set_id(found, role, ident, vocab_size)
    return found


def _set_id(found: SpecialTokens, role: str, ident: object, vocab_size: int | None) -> None:
    if not isinstance(ident, int) or isinstance(ident, bool):
        return
    if ident < 0:
        raise bad_tokenizer(f"The id of the {role} token is negative ({ident}).")
    if vocab_size is None or ident < vocab_size:
        found.ids.setdefault(role, ident)


def _read_normalizer(normalizer: Any, found: SpecialTokens) -> None:
    if not isinstance(normalizer, dict):
        return
    kind = normalizer.get("type")
    if kind == "Lowercase":
        found.lowercase = True
    elif kind == "StripAccents":
        found.strip_accents = True
    elif kind == "BertNormalizer":
        found.lowercase = normalizer.get("lowercase", found.lowercase)
        found.strip_accents = normalizer.get("strip_accents", found.strip_accents)
    elif kind == "Sequence":
        for part in normalizer.get("normalizers") or []:
            _read_normalizer(part, found)


class _PostProcessor:
    """Follows tokenizer.json's post_processor; fills in tokens that tokenizer_config.json leaves out."""

    def __init__(self, config: JsonObject, found: SpecialTokens, roles: list[str]) -> None:
        self.config = config
        self.add = found.add
        self.roles = roles
        # Without a tokenizer_config.json nothing is filled in, but what the template says still counts.
        self.has_config = bool(config)
        self.cls = config.get("cls_token")
        self.sep = config.get("sep_token")
        self.bos = config.get("bos_token")
        self.eos = config.get("eos_token")
        if not self.bos and self.cls:
            self.bos = config["bos_token"] = self.cls
        if not self.eos and self.sep:
            self.eos = config["eos_token"] = self.sep

    def read(self, post_processor: Any) -> None:
        if not isinstance(post_processor, dict):
            return
        parts = post_processor.get("processors", [post_processor])
        for part in parts if isinstance(parts, list) else []:
            kind = part.get("type") if isinstance(part, dict) else None
            if kind == "ByteLevel":
                self.add.setdefault("bos", False)
                self.add.setdefault("eos", False)
            elif kind == "RobertaProcessing":
                self._roberta(part)
            elif kind == "TemplateProcessing":
                self._template(part)

    def _roberta(self, part: JsonObject) -> None:
        self.add.update(bos=True, eos=True, sep=True)
        if not self.cls and self.has_config:
            self.cls = self.config["cls_token"] = (part.get("cls") or [self.bos])[0]
        if not self.sep and self.has_config:
            self.sep = self.config["sep_token"] = (part.get("sep") or [self.eos])[0]

    def _template(self, part: JsonObject) -> None:
        single = part.get("single") or []
        first = last = None
        if len(single) > 1:
            first = _special_in(single[0])
            if first:
                self._leading(first)
            last = _special_in(single[-1])
            if last:
                self._trailing(last)
        pair = part.get("pair") or []
        if pair:
            start = 1 if first and _special_in(pair[0]) == first else 0
            stop = len(pair) - 1 if last and _special_in(pair[-1]) == last else len(pair)
            self._separator(pair[start:stop], last)

    def _leading(self, first: str) -> None:
        if not self.has_config:
            self.bos = first
        elif first not in (self.bos, self.cls):
            if not self.bos:
                self.bos = self.config["bos_token"] = first
            if not self.cls:
                self.cls = self.config["cls_token"] = first
        self.add["bos"] = first in (self.bos, self.cls)

    def _trailing(self, last: str) -> None:
        if not self.has_config:
            self.eos = last
        elif last != self.eos:
            # The template ends with another token than the configuration: that one ends a text, the configured a turn.
            spare = next((role for role in ("eot", "eom") if role not in self.roles), None)
            if spare is not None:
                self.roles.append(spare)
                self.config[f"{spare}_token"] = self.eos
            self.eos = self.config["eos_token"] = last
        self.add["eos"] = True

    def _separator(self, pair: list[Any], last: str | None) -> None:
        """Whether a token stands between the two texts of a pair: A [sep] [eos] B."""
        if len(pair) < 3 or _sequence_in(pair[0]) != "A" or _sequence_in(pair[-1]) != "B":
            return
        between = pair[1:-1]
        separators = (self.sep, self.eos)
        add = _special_in(between[0]) in separators and bool(_special_in(between[0])) and not last
        if len(between) == 2 and _special_in(between[1]) and _special_in(between[1]) in separators:
            add = True
        self.add["sep"] = add
        if add and not self.sep and self.has_config:
            self.config["sep_token"] = self.eos


def _special_in(step: Any) -> str | None:
    special = step.get("SpecialToken") if isinstance(step, dict) else None
    found = special.get("id") if isinstance(special, dict) else None
    return found if isinstance(found, str) else None


def _sequence_in(step: Any) -> str | None:
    sequence = step.get("Sequence") if isinstance(step, dict) else None
    found = sequence.get("id") if isinstance(sequence, dict) else None
    return found if isinstance(found, str) else None


def _chat_template(files: TokenizerFiles, config: JsonObject) -> ChatTemplate | None:
    """chat_template.jinja (with its additional ones), else tokenizer_config.json's template, else chat_template.json: the order of
    transformers (PreTrainedTokenizerBase.from_pretrained), where a file of its own goes before what older versions wrote."""
    if files.has("chat_template.jinja"):
        template = files.text("chat_template.jinja")
        more = sorted((files.folder / "additional_chat_templates").glob("*.jinja"))
        if not more:
            return template
        named = [{"name": "default", "template": template}]
        return named + [
            {"name": path.stem, "template": files.text(f"additional_chat_templates/{path.name}")} for path in more
        ]
    if "chat_template" in config:
        return _checked_template(config["chat_template"])
    return _checked_template((files.json("chat_template.json") or {}).get("chat_template"))


def _checked_template(template: Any) -> ChatTemplate | None:
    if template is None or isinstance(template, str):
        return template
    if isinstance(template, list) and all(isinstance(entry, dict) for entry in template):
        return [
            {key: value for key, value in entry.items() if key in ("name", "template") and isinstance(value, str)}
            for entry in template
        ]
    return None  # neither text nor a list of texts: the reference leaves it out as well
