"""The model's configuration: config.json over the defaults of transformers' config class, in one form.

Checkpoints saved by transformers 4 carry ``rope_theta`` and ``rope_scaling``, those saved by transformers 5 one
``rope_parameters``; :attr:`Config.rope` is the same for both. A multimodal checkpoint keeps the language model's values under
``text_config``; they are lifted over the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from converter.errors import bad_config

_MAX_COUNT = 1 << 31
_TEXT_CONFIGS = ("text_config", "llm_config", "lm_config", "language_config")


class Config(MutableMapping[str, Any]):
    """Values by their Hugging Face names. A value that is ``null`` counts as present for `find`, as in the reference."""

    def __init__(self, raw: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> None:
        text: Mapping[str, Any] = next((raw[key] for key in _TEXT_CONFIGS if isinstance(raw.get(key), Mapping)), {})
        self.raw = raw
        self.stated: frozenset[str] = frozenset({*raw, *text})
        """Keys that the file itself has."""
        self._values: dict[str, Any] = {**(defaults or {}), **raw, **text}
        self._rope: dict[str, Any] | None = None

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._values[key] = value
        self._rope = None

    def __delitem__(self, key: str) -> None:
        del self._values[key]
        self._rope = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def find(self, *keys: str) -> Any:
        """The value of the first key that is present (it may be None), or None."""
        for key in keys:
            if key in self._values:
                return self._values[key]
        return None

    def count(self, *keys: str) -> int:
        """A positive whole number. Raises ConversionError (BAD_CONFIG) when it is absent or senseless."""
        value = self.find(*keys)
        if value is None:
            raise bad_config(f"The configuration lacks {keys[0]}.")
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _MAX_COUNT:
            raise bad_config(
                f"The configuration gives {value!r} for {keys[0]}, which should be a positive whole number."
            )
        return value

    def number(self, *keys: str) -> float:
        """A number. Raises ConversionError (BAD_CONFIG) when it is absent or none."""
        value = self.find(*keys)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise bad_config(f"The configuration gives {value!r} for {keys[0]}, which should be a number.")
        return value

    @property
    def rope(self) -> dict[str, Any]:
        """Rotary parameters: ``rope_theta``, ``rope_type``, ``factor``, ``partial_rotary_factor``, …

        Where layers differ, ``full_attention`` and ``sliding_attention`` hold one such mapping each.
        """
        if self._rope is None:
            self._rope = self._unified_rope()
        return self._rope

    def rope_number(self, key: str) -> float:
        """One rotary parameter (of full attention, where layers differ). Raises ConversionError (BAD_CONFIG)."""
        value = self.rope.get("full_attention", self.rope).get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise bad_config(f"The configuration gives {value!r} for {key}, which should be a number.")
        return value

    def _unified_rope(self) -> dict[str, Any]:
        stored = self._values.get("rope_parameters", self._values.get("rope_scaling"))
        if stored is not None and not isinstance(stored, Mapping):
            raise bad_config(
                f"The configuration gives {stored!r} for the rotary parameters, which should be an object."
            )
        rope: dict[str, Any] = dict(stored or {})
        if "full_attention" in rope or "sliding_attention" in rope:
            return rope
        theta = self.find(
            "global_rope_theta", "rope_global_theta", "rope_theta_global", "rope_theta", "rotary_emb_base"
        )
        local = self.find(
            "local_rope_theta", "rope_local_theta", "rope_theta_local", "swa_rope_theta", "rope_local_base_freq"
        )
        if local is not None:
            rope["sliding_attention"] = {"rope_theta": local}
        wanted = {
            "rope_theta": theta,
            "rope_type": rope.get("type"),
            "partial_rotary_factor": self.find("partial_rotary_factor", "rope_pct", "rope_percent"),
            "original_max_position_embeddings": self.find("original_max_position_embeddings"),
        }
        for key, value in wanted.items():
            if key not in rope and value is not None:
                rope[key] = value
        return rope
