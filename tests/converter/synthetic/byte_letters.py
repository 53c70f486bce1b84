"""GPT-2's alphabet: one printable letter for each byte, the byte's own where it is printable in Latin-1."""

_OWN = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
_OTHERS = [byte for byte in range(256) if byte not in _OWN]

BYTE_LETTERS = [chr(byte) if byte in _OWN else chr(256 + _OTHERS.index(byte)) for byte in range(256)]
