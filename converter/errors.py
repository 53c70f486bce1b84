"""What can go wrong with a checkpoint, each with a code, an exit status and a sentence for the person.

An expected failure is a :class:`ConversionError`; everything else is a bug and keeps its traceback.
"""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """Exit statuses of ``python -m converter``. They are part of the interface: never renumber."""

    OK = 0
    BUG = 1
    USAGE = 2
    NOT_A_CHECKPOINT = 10  # no folder, or nothing in it that could be converted
    BAD_SAFETENSORS = 11  # a header that lies, a file cut short
    MISSING_SHARD = 12  # the index names a file or a tensor that is not there
    DUPLICATE_TENSOR = 13
    PICKLE_ONLY = 14  # *.bin / *.pth only: never unpickled
    UNKNOWN_ARCHITECTURE = 15
    BAD_TOKENIZER = 16
    BAD_JSON = 17
    BAD_CONFIG = 18  # a required value is absent or senseless
    SHAPE_MISMATCH = 19  # a tensor's shape contradicts the configuration
    NOT_FINITE = 20  # NaN or infinite weights
    MISSING_TENSOR = 21  # a layer, an expert, a projection is absent
    UNEXPECTED_TENSOR = 22  # a tensor that the family does not know
    ALREADY_QUANTIZED = 23
    NO_SPACE = 24
    OUTPUT_EXISTS = 25
    CANNOT_WRITE = 26
    CANNOT_READ = 27
    VERIFICATION_FAILED = 28  # the finished file was refused by the header check or by the engine
    DOWNLOAD_FAILED = 29
    BAD_ADAPTER = 30
    UNSUPPORTED_TYPE = 31  # a GGUF type that cannot be made (needs an importance matrix, or unknown)
    NETWORK_OFF = 32  # a Hub id, and nobody allowed the network
    CANCELLED = 130


class ConversionError(Exception):
    """An expected failure.

    ``status`` is the exit status; ``status.name.lower()`` is the stable code that the interface translates.
    ``str(error)`` is one clear sentence in English.
    """

    def __init__(self, status: ExitStatus, message: str) -> None:
        super().__init__(message)
        self.status = status

    @property
    def code(self) -> str:
        return self.status.name.lower()


class Cancelled(ConversionError):  # noqa: N818 - a state, not an error of the person or the program
    """Raised inside the conversion when a cancel was asked for."""

    def __init__(self) -> None:
        super().__init__(ExitStatus.CANCELLED, "Cancelled; nothing was left behind.")


def bad_config(message: str) -> ConversionError:
    """A configuration value that is absent or senseless."""
    return ConversionError(ExitStatus.BAD_CONFIG, message)


def bad_tokenizer(message: str) -> ConversionError:
    """A tokenizer that is missing, unreadable or contradictory."""
    return ConversionError(ExitStatus.BAD_TOKENIZER, message)


def shape_mismatch(message: str) -> ConversionError:
    """A tensor whose shape contradicts the configuration."""
    return ConversionError(ExitStatus.SHAPE_MISMATCH, message)
