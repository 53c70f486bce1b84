"""Metadata of the file that is being made: an ordered list of typed key/value pairs."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from converter.errors import bad_config
from converter.ggml import ValueType

_ABSOLUTE = ("general.", "tokenizer.", "adapter.", "split.", "quantize.")
_SCALAR = {
    ValueType.UINT8: "<B",
    ValueType.INT8: "<b",
    ValueType.UINT16: "<H",
    ValueType.INT16: "<h",
    ValueType.UINT32: "<I",
    ValueType.INT32: "<i",
    ValueType.FLOAT32: "<f",
    ValueType.BOOL: "<?",
    ValueType.UINT64: "<Q",
    ValueType.INT64: "<q",
    ValueType.FLOAT64: "<d",
}


@dataclass(frozen=True, slots=True)
class Value:
    """One metadata value. `item` is the element type of an array."""

    value: Any
    type: ValueType
    item: ValueType | None = None


class KeyValues:
    """Typed metadata in the order of its first writing; writing a key again replaces its value.

    A key that begins with ``general.``, ``tokenizer.``, ``adapter.``, ``split.`` or ``quantize.`` is taken as it is, any
    other gets the architecture in front: ``kv.u32("context_length", 4096)`` writes ``llama.context_length``.

    As in the reference's writer, an empty string and an empty array are not written at all.
    """

    def __init__(self, arch: str) -> None:
        self.arch = arch
        self._values: dict[str, Value] = {}

    def key(self, name: str) -> str:
        """The full key for `name`."""
        return name if name.startswith(_ABSOLUTE) else f"{self.arch}.{name}"

    def put(self, name: str, value: Any, kind: ValueType, item: ValueType | None = None) -> None:
        """Store a value of any type. Raises ConversionError when it does not fit the type."""
        found = Value(value, kind, item)
        full = self.key(name)
        if kind is not ValueType.STRING and kind is not ValueType.ARRAY:
            if isinstance(value, (str, bytes)) or not hasattr(
                value, "__float__" if kind is ValueType.FLOAT32 else "__index__"
            ):
                raise bad_config(f"The configuration gives {value!r} for {full}, which should be a number.")
            try:
                struct.pack(_SCALAR[kind], value)
            except (struct.error, OverflowError, TypeError):
                raise bad_config(f"The configuration gives {value!r} for {full}, which does not fit.") from None
        self._values[full] = found

    def u8(self, name: str, value: int) -> None:
        self.put(name, value, ValueType.UINT8)

    def u32(self, name: str, value: int) -> None:
        self.put(name, value, ValueType.UINT32)

    def i32(self, name: str, value: int) -> None:
        self.put(name, value, ValueType.INT32)

    def u64(self, name: str, value: int) -> None:
        self.put(name, value, ValueType.UINT64)

    def f32(self, name: str, value: float) -> None:
        self.put(name, value, ValueType.FLOAT32)

    def flag(self, name: str, value: bool) -> None:
        self.put(name, value, ValueType.BOOL)

    def string(self, name: str, value: str) -> None:
        if value:
            self.put(name, value, ValueType.STRING)

    def array(self, name: str, values: Sequence[Any], item: ValueType | None = None) -> None:
        """An array of strings (``str`` or UTF-8 ``bytes``), floats, bools or ints.

        Without `item` the element type follows the first element, as the reference's writer chooses it: STRING,
        FLOAT32, BOOL or INT32.
        """
        if len(values) == 0:
            return
        if item is None:
            first = values[0]
            if isinstance(first, (str, bytes)):
                item = ValueType.STRING
            elif isinstance(first, float):
                item = ValueType.FLOAT32
            elif isinstance(first, bool):
                item = ValueType.BOOL
            elif isinstance(first, int):
                item = ValueType.INT32
            else:
                raise bad_config(f"The configuration gives a list of {type(first).__name__} for {self.key(name)}.")
        self.put(name, values, ValueType.ARRAY, item)

    def u32_or_array(self, name: str, value: int | Sequence[int]) -> None:
        """A number, or one number for each layer (an INT32 array, as the reference writes it)."""
        if isinstance(value, Sequence):
            self.array(name, value)
        else:
            self.u32(name, value)

    def remove(self, name: str) -> None:
        self._values.pop(self.key(name), None)

    def get(self, name: str, default: Any = None) -> Any:
        """The plain value stored under `name`."""
        found = self._values.get(self.key(name))
        return default if found is None else found.value

    def __contains__(self, name: str) -> bool:
        return self.key(name) in self._values

    def __len__(self) -> int:
        return len(self._values)

    def items(self) -> Iterator[tuple[str, Value]]:
        return iter(self._values.items())
