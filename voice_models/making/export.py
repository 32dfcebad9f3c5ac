"""Write a trained network as a Vosk model: Kaldi's final.mdl in binary, and the decoder's options."""

import os
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice_models.making.features import KALDI_OPTIONS
from voice_models.making.network import CONTEXT, DILATIONS, FIRST_REACH, SUBSAMPLING, Network, affines

BLANK_COST = float(os.environ.get("BLANK_COST", "3.0"))  # chosen on the development speakers
DECODER_OPTIONS = """--min-active=1
--max-active=200
--beam=12.0
--lattice-beam=4.0
--acoustic-scale=1.0
--frame-subsampling-factor=3
--frames-per-chunk=60
--phone-determinize=false
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.6
--endpoint.rule3.min-trailing-silence=0.8
--endpoint.rule4.min-trailing-silence=1.0
"""


class KaldiWriter:
    """Kaldi's binary primitives: tokens end in a space, numbers are preceded by their size."""

    def __init__(self) -> None:
        self.data = bytearray(b"\0B")

    def token(self, *names: str) -> "KaldiWriter":
        """Write tokens such as <Nnet3>."""
        self.data += "".join(f"{name} " for name in names).encode()
        return self

    def integer(self, *values: int) -> "KaldiWriter":
        """Write 32-bit integers."""
        for value in values:
            self.data += b"\x04" + struct.pack("<i", value)
        return self

    def real(self, *values: float) -> "KaldiWriter":
        """Write 32-bit floats."""
        for value in values:
            self.data += b"\x04" + struct.pack("<f", value)
        return self

    def double(self, value: float) -> "KaldiWriter":
        """Write a 64-bit float."""
        self.data += b"\x08" + struct.pack("<d", value)
        return self

    def integers(self, values: list[int]) -> "KaldiWriter":
        """Write a vector of integers: element size, raw count, raw data."""
        self.data += b"\x04" + struct.pack("<i", len(values)) + np.asarray(values, "<i4").tobytes()
        return self

    def vector(self, values: NDArray[np.float32] | list[float]) -> "KaldiWriter":
        """Write a vector of floats."""
        self.token("FV").integer(len(values))
        self.data += np.asarray(values, "<f4").tobytes()
        return self

    def matrix(self, values: NDArray[np.float32]) -> "KaldiWriter":
        """Write a matrix, row by row."""
        self.token("FM").integer(*values.shape)
        self.data += np.ascontiguousarray(values, "<f4").tobytes()
        return self


def acoustic_model(network: Network) -> bytes:
    """The bytes of final.mdl: TransitionModel, then AmNnetSimple."""
    layers = affines(network, BLANK_COST)
    writer = KaldiWriter()
    _transitions(writer, len(layers[-1][1]))
    writer.token("<Nnet3>")
    writer.data += b"\n" + "\n".join(_wiring(len(layers))).encode() + b"\n\n"
    writer.token("<NumComponents>").integer(2 * len(layers))
    for number, (weight, bias) in enumerate(layers):
        _affine(writer, f"affine{number}", weight, bias)
        last = number == len(layers) - 1
        _function(writer, f"function{number}", "LogSoftmaxComponent" if last else "RectifiedLinearComponent", len(bias))
    writer.token("</Nnet3>", "<LeftContext>").integer(CONTEXT).token("<RightContext>").integer(CONTEXT)
    return bytes(writer.token("<Priors>").vector([]).data)


def _transitions(writer: KaldiWriter, sounds: int) -> None:
    """One emitting state for each sound: transition-ids 2k-1 (stay) and 2k (enter), which graph.py relies on."""
    phones = list(range(1, sounds + 1))
    writer.token("<TransitionModel>", "<Topology>").integers(phones).integers([-1] + [0] * sounds)
    writer.integer(1, 2, 0, 2, 0).real(0.5).integer(1).real(0.5).integer(-1, 0).token("</Topology>")
    writer.token("<Triples>").integer(sounds)
    for phone in phones:
        writer.integer(phone, 0, phone - 1)
    writer.token("</Triples>", "<LogProbs>").vector([0.0] + [float(np.log(0.5))] * (2 * sounds))
    writer.token("</LogProbs>", "</TransitionModel>")


def _wiring(layers: int) -> list[str]:
    """The network's configuration lines."""
    lines = ["input-node name=input dim=40"]
    before = "input"
    for number in range(layers):
        offsets = [0]
        if number == 0:
            offsets = list(range(-FIRST_REACH, FIRST_REACH + 1))
        elif number < layers - 1:
            step = SUBSAMPLING * DILATIONS[number - 1]
            offsets = [-step, 0, step]
        taken = ", ".join(before if offset == 0 else f"Offset({before}, {offset})" for offset in offsets)
        lines.append(f"component-node name=affine{number} component=affine{number} input=Append({taken})")
        residual = 0 < number < layers - 1
        summed = f"Sum({before}, affine{number})" if residual else f"affine{number}"
        lines.append(f"component-node name=function{number} component=function{number} input={summed}")
        before = f"function{number}"
    return [*lines, f"output-node name=output input={before} objective=linear"]


def _affine(writer: KaldiWriter, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    columns = weight.transpose(0, 2, 1).reshape(len(weight), -1)  # in the order of Append: tap after tap
    writer.token("<ComponentName>", name, "<FixedAffineComponent>", "<LinearParams>").matrix(columns)
    writer.token("<BiasParams>").vector(bias).token("</FixedAffineComponent>")


def _function(writer: KaldiWriter, name: str, kind: str, size: int) -> None:
    writer.token("<ComponentName>", name, f"<{kind}>", "<Dim>").integer(size)
    writer.token("<ValueAvg>").vector([]).token("<DerivAvg>").vector([]).token("<Count>").double(0.0)
    writer.token("<OderivRms>").vector([]).token("<OderivCount>").double(0.0)
    writer.token("<NumDimsSelfRepaired>").double(0.0).token("<NumDimsProcessed>").double(0.0).token(f"</{kind}>")


def export(network: Network, folder: Path) -> None:
    """Write am/ and conf/ of a Vosk model directory."""
    for part in ("am", "conf", "graph"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "am" / "final.mdl").write_bytes(acoustic_model(network))
    (folder / "conf" / "mfcc.conf").write_text(KALDI_OPTIONS)
    (folder / "conf" / "model.conf").write_text(DECODER_OPTIONS)
