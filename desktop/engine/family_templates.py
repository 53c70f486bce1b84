"""Chat templates of families, for files of chat models that bring none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from desktop.engine.template import CHATML, CHATML_END


class FamilyTemplate(NamedTuple):
    source: str
    end: str
    """Text that ends a reply where the vocabulary has no token for it; "": the token alone ends one."""


COMMON = FamilyTemplate(CHATML, CHATML_END)
GEMMA = FamilyTemplate(
    "{% for message in messages %}{% if message['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else 'user') + '\n' + message['content'] | trim"
    " + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}",
    "<end_of_turn>",
)
LLAMA_3 = FamilyTemplate(
    "{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    " + message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    "<|eot_id|>",
)
_STRICT = "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}"
LLAMA_2 = FamilyTemplate(
    "{% if messages[0]['role'] == 'system' %}{% set turns = messages[1:] %}"
    "{% set system = '<<SYS>>\n' + messages[0]['content'] | trim + '\n<</SYS>>\n\n' %}"
    "{% else %}{% set turns = messages %}{% set system = '' %}{% endif %}"
    "{% for message in turns %}" + _STRICT + "{% if message['role'] == 'user' %}"
    "{{ bos_token + '[INST] ' + (system if loop.first else '') + message['content'] | trim + ' [/INST]' }}"
    "{% else %}{{ ' ' + message['content'] | trim + ' ' + eos_token }}{% endif %}{% endfor %}",
    "",
)
MISTRAL = FamilyTemplate(
    "{{ bos_token }}{% for message in messages %}" + _STRICT + "{% if message['role'] == 'user' %}"
    "{{ '[INST] ' + message['content'] | trim + ' [/INST]' }}"
    "{% else %}{{ ' ' + message['content'] | trim + eos_token }}{% endif %}{% endfor %}",
    "",
)

_BY_TOKEN = (
    ("<|im_start|>", COMMON),
    ("<start_of_turn>", GEMMA),
    ("<|start_header_id|>", LLAMA_3),
    ("[INST]", MISTRAL),
)
"""A token that the vocabulary holds whole, since the family writes its turns with it."""
_LLAMA_2 = re.compile(r"llama[ _.-]?2(?!\d).*chat")
_MISTRAL = re.compile(r"(?:mistral|mixtral).*instruct")
_CHATS = {"llama": ((_LLAMA_2, LLAMA_2), (_MISTRAL, MISTRAL))}
"""By architecture: families whose marks are plain text, known by names of the models that their makers trained for chats.
Others trained the same base models for other marks, so the architecture alone says nothing."""


def template_of(architecture: str, name: str, is_token: Callable[[str], bool]) -> FamilyTemplate:
    """The template of a chat model's family; ChatML where the family is not known. is_token: whether the vocabulary holds a
    text as one token."""
    for mark, template in _BY_TOKEN:
        if is_token(mark):
            return template
    return next(
        (template for pattern, template in _CHATS.get(architecture, ()) if pattern.search(name.lower())), COMMON
    )
