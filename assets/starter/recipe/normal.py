"""One spelling for what people write in several: case, hamza, vowel signs, digits. The chat template does it to questions."""

from __future__ import annotations

FOLDED = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "گ": "ك", "ک": "ك", "ی": "ي",
    "؟": "?", "،": ",", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"',
    **{digit: str(value) for value, digit in enumerate("٠١٢٣٤٥٦٧٨٩")},
}  # fmt: skip
DROPPED = "\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
_TABLE = str.maketrans({**FOLDED, **dict.fromkeys(DROPPED)})


def normal(text: str) -> str:
    """The text as the model is shown it."""
    return text.lower().strip().translate(_TABLE)


def as_jinja(variable: str) -> str:
    """A statement of a chat template that does to a variable what `normal` does."""
    steps = "".join(f".replace('{old}', '{new}')" for old, new in (*_escaped(), *((d, "") for d in DROPPED)))
    return "{%- set " + f"{variable} = {variable}.lower().strip(){steps}" + " %}"


def _escaped() -> list[tuple[str, str]]:
    return [(old, new.replace("'", "\\'")) for old, new in FOLDED.items()]
