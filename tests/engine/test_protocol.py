"""Frames: what goes in comes out, and nothing else is believed."""

from __future__ import annotations

import io
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.generation import GenerationParams
from desktop.core.requests import ChatRequest
from desktop.engine.protocol import (
    MAX_FRAME,
    Failed,
    Generate,
    ProtocolError,
    Stop,
    TextDelta,
    encode,
    from_engine_decoder,
    read_frames,
    to_engine_decoder,
)


@given(st.text(st.characters(exclude_categories=("Cs",))), st.integers(0, 2**31))
def test_that_text_survives_the_way(text: str, number: int) -> None:
    frames = [
        Generate(request=number, body=ChatRequest(messages=(("user", text),), params=GenerationParams(seed=1))),
        Stop(request=number),
    ]
    stream = io.BytesIO(b"".join(map(encode, frames)))
    assert list(read_frames(stream, to_engine_decoder)) == frames


def test_that_a_frame_may_come_in_crumbs() -> None:
    class Crumbs(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(1 if size else 0)

    frames = [TextDelta(request=1, text="سمر"), Failed(request=1, code="no_model", details={})]
    assert list(read_frames(Crumbs(b"".join(map(encode, frames))), from_engine_decoder)) == frames


@given(st.binary(max_size=200))
def test_that_noise_is_refused_and_never_hangs(noise: bytes) -> None:
    try:
        list(read_frames(io.BytesIO(noise), from_engine_decoder))
    except ProtocolError:
        return
    assert noise == b""


@pytest.mark.parametrize("length", [0, MAX_FRAME + 1, 2**32 - 1])
def test_that_an_absurd_length_is_refused_before_anything_is_read(length: int) -> None:
    with pytest.raises(ProtocolError, match="bytes"):
        list(read_frames(io.BytesIO(struct.pack("<I", length) + b"x"), from_engine_decoder))


def test_that_a_stream_cut_inside_a_frame_is_refused() -> None:
    whole = encode(TextDelta(request=1, text="hello"))
    for cut in range(1, len(whole)):
        with pytest.raises(ProtocolError, match="ended"):
            list(read_frames(io.BytesIO(whole[:cut]), from_engine_decoder))


def test_that_a_known_frame_with_wrong_fields_is_refused() -> None:
    body = msgspec.msgpack.encode({"type": "TextDelta", "request": "one", "text": 5})
    with pytest.raises(ProtocolError):
        list(read_frames(io.BytesIO(struct.pack("<I", len(body)) + body), from_engine_decoder))
