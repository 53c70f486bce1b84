"""Model files and loaded models, as the rooms tell each other of them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from desktop.core.dimensions import ModelDimensions
from desktop.core.generation import GenerationParams

LOCAL = "local"
"""Name of the provider that runs model files on this computer."""
_SCHEME = "model://"
"""No path of a file begins so: pathlib keeps no second slash inside a path."""


class FileFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the header of a GGUF said before native code opens it; the engine plans its memory from it."""

    path: str
    """The file to open; of a model in parts the first one."""
    name: str
    architecture: str
    parameters: int
    quantization: str
    file_bytes: int
    """All parts together."""
    shape: ModelDimensions
    """What its memory depends on."""
    is_base: bool = False
    """It was trained to continue text, not to answer."""
    languages: tuple[str, ...] = ()
    """That it was trained for, as its makers name them; empty: they name none."""
    has_template: bool = True

    @property
    def weight_bytes(self) -> int:
        return self.shape.weight_bytes

    @property
    def context_trained(self) -> int:
        """Tokens; 0: not said."""
        return self.shape.context_trained

    @property
    def kv_elements_per_token(self) -> int:
        """Elements of the K and V caches for one token, all layers; an upper bound for sliding windows."""
        return self.shape.kv_elements + self.shape.window_elements


class ModelRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which model answers, and who provides it. `name` is what the provider knows it by; for local models, the path of the file."""

    name: str
    provider: str = LOCAL

    @classmethod
    def of_file(cls, path: Path) -> ModelRef:
        """A model file on this computer."""
        return cls(str(path))

    @property
    def is_local(self) -> bool:
        return self.provider == LOCAL

    @property
    def path(self) -> Path:
        """The file of a local model. Raises ValueError for any other one."""
        if not self.is_local:
            raise ValueError(f"{self.provider}: {self.name} is no file")
        return Path(self.name)

    @property
    def text(self) -> str:
        """The form that is stored, read by `parse`: of a local model its path, of any other one model://PROVIDER/NAME."""
        return self.name if self.is_local else f"{_SCHEME}{self.provider}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> ModelRef:
        """The model of a stored text. What is no reference to a provider's model is the path of a file."""
        provider, _, name = text.removeprefix(_SCHEME).partition("/")
        if text.startswith(_SCHEME) and provider and name and provider != LOCAL:
            return cls(name, provider)
        return cls(text)


class Adapter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A LoRA adapter (GGUF) laid over a model. scale: 1.0 as it was trained, 0.0 without effect."""

    path: str
    scale: float = 1.0


class SamplingHints(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`general.sampling.*` of a GGUF: what its makers recommend. None: no word about it."""

    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    repeat_last_n: int | None = None

    def applied_to(self, params: GenerationParams) -> GenerationParams:
        """`params` with every value that the makers gave."""
        given = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not None}
        return msgspec.structs.replace(params, **given).checked()


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A loaded model, as it was really loaded."""

    path: str
    name: str
    architecture: str
    parameters: int
    quantization: str
    """Label of the file type, such as Q4_K_M."""
    file_bytes: int
    context: int
    """Tokens of the context that was made."""
    context_wished: int
    """What was asked for: greater than `context` when it was lowered, and `context_limit` says by what."""
    context_limit: str = ""
    """Why the context is smaller than wished: "model" (trained for less), "memory", or "" when it is not."""
    context_trained: int
    threads: int
    gpu_layers: int = 0
    vocabulary: int = 0
    has_template: bool
    """False: the file brings none, or one that does not work, and that of its family or ChatML is used."""
    template_problem: str = ""
    """What is wrong with the template of the file, "" where nothing is."""
    system_role: bool = True
    """False: the template knows no system role, so the system prompt goes into the first message."""
    thinking: bool = False
    """The template or vocabulary has thinking tags."""
    thinking_switch: bool = False
    """The template lets one choose whether it thinks."""
    thinks: bool | None = None
    """What was chosen with the load, for requests that don't say it; None: the template's own default."""
    is_base: bool = False
    """It was trained to continue text, not to answer."""
    completes: bool = False
    """Requests that don't say otherwise are texts to be continued, without a template."""
    vision: bool = False
    """It has a projector, so images may be sent."""
    hints: SamplingHints = SamplingHints()
    memory_bytes: int = 0
    """Estimate of weights, KV cache and buffers."""
    load_s: float = 0.0
