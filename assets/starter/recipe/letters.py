"""A question as the model hears it: one spelling for all, and the runs of letters that begin at each of its letters.

The choice of topic is made from these runs alone, so that a misspelt or declined word, or one in another dialect, still
shares most of what it says with those that were trained. `CHAT_TEMPLATE` makes them in Jinja, `heard` and `remembered` make
the same in Python for the training; a test holds both together.
"""

from __future__ import annotations

import json

HEARD, REMEMBERED = "^", "~"  # marks before a run of the question, and before a word of the exchange before it
CHOOSE, AGAIN = "<|choose|>", "<|again|>"  # what follows is chosen: at first, and with an exchange before
EDGE = "Z"  # between words: folded text has no capitals
DIGITS = "ABCDEFGHIJ"  # a digit is a letter of a run
INSIDE, AT_EDGE = 3, 5  # letters of a run; one that begins at a word's edge holds the word and the next one's beginning
SPAN = 110  # letters that are heard of a long question, at its beginning and at its end
WORDS, LETTERS = 60, 7  # that are remembered: words of the exchange before, letters of each

_DROPPED = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u0640ء'’`´"
_SAME = "أا إا آا ٱا ىي یي ئي ؤو ةه کك گك چج پب ڤف"
_SPACES = '?؟!.,،;؛:"“”«»()[]{}<>|/\\*_-–—…=+~^#@&%$'
_NUMBERS = ("0123456789", "٠١٢٣٤٥٦٧٨٩")
_PAIRS = [(c, "") for c in _DROPPED] + [(p[0], p[1]) for p in _SAME.split()] + [(c, " ") for c in _SPACES]
_PAIRS += [(c, DIGITS[i]) for row in _NUMBERS for i, c in enumerate(row)]
_TABLE = str.maketrans(dict(_PAIRS))


def words(text: str) -> list[str]:
    """The words of a text in one spelling."""
    return text.lower().translate(_TABLE).split()


def heard(text: str) -> list[str]:
    """The runs of a question, one for each letter, without their marks."""
    folded = EDGE + EDGE.join(words(text)) + EDGE
    if len(folded) > 2 * SPAN:
        folded = folded[:SPAN] + folded[-SPAN:]
    return [folded[i : i + (AT_EDGE if folded[i] == EDGE else INSIDE)] for i in range(len(folded) - 2)]


def remembered(question: str, reply: str) -> list[str]:
    """What is kept of the exchange before: the beginnings of its words, without their marks."""
    return [word[:LETTERS] for word in (words(question) + words(reply))[:WORDS]]


def _jinja(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _template() -> str:
    groups: dict[str, str] = {}
    for old, new in _PAIRS:
        groups[new] = groups.get(new, "") + old
    fold = "".join(
        "{%- for c in [" + ", ".join(_jinja(c) for c in old) + "] %}"
        "{%- set at.text = at.text|replace(c, " + _jinja(new) + ") %}{%- endfor %}"
        for new, old in groups.items()
    )
    return (
        "{%- for message in messages %}"
        "{{- '<|im_start|>' + message['role'] + '\\n' + (message['content']|lower if message['role'] == 'user' "
        "else message['content']) + '<|im_end|>' + '\\n' }}"
        "{%- endfor %}"
        "{%- if add_generation_prompt %}"
        "{{- '<|im_start|>assistant\\n' }}"
        "{%- set at = namespace(question='', before='', reply='', seen=false, text='') %}"
        "{%- for message in messages %}"
        "{%- if message['role'] == 'user' %}{%- set at.before = at.question %}{%- set at.question = message['content'] %}"
        "{%- elif message['role'] == 'assistant' %}{%- set at.reply = message['content'] %}{%- set at.seen = true %}"
        "{%- endif %}{%- endfor %}"
        "{%- set at.text = at.question|lower %}" + fold + ""
        f"{{%- set line = '{EDGE}' + at.text.split()|join('{EDGE}') + '{EDGE}' %}}"
        f"{{%- if line|length > {2 * SPAN} %}}{{%- set line = line[:{SPAN}] + line[-{SPAN}:] %}}{{%- endif %}}"
        "{%- for i in range(line|length - 2) %}"
        f"{{%- if line[i] == '{EDGE}' %}}{{{{- '{HEARD}' + line[i:i + {AT_EDGE}] }}}}"
        f"{{%- else %}}{{{{- '{HEARD}' + line[i:i + {INSIDE}] }}}}{{%- endif %}}"
        "{%- endfor %}"
        "{%- if at.seen %}"
        "{%- set at.text = (at.before + ' ' + at.reply)|lower %}" + fold + ""
        f"{{%- for word in at.text.split()[:{WORDS}] %}}{{{{- '{REMEMBERED}' + word[:{LETTERS}] }}}}{{%- endfor %}}"
        f"{{{{- '{AGAIN}' }}}}{{%- else %}}{{{{- '{CHOOSE}' }}}}{{%- endif %}}"
        "{%- endif %}"
    )


CHAT_TEMPLATE = _template()
