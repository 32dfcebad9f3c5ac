"""Read a shipped model back into a network that can be trained on: the inverse of export.py."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voice_models.making.export import BLANK_COST
from voice_models.making.network import Network

Affine = tuple[NDArray[np.float32], NDArray[np.float32]]


def affines_of(model: Path) -> list[Affine]:
    """Weights (out, columns) and biases of every layer of a final.mdl that export.py wrote. Raises ValueError."""
    data, place, found = model.read_bytes(), 0, []
    while (place := data.find(b"<LinearParams> FM ", place)) >= 0:
        rows, columns = struct.unpack_from("<xixi", data, place + 18)
        weight, place = _floats(data, place + 28, rows * columns)
        bias, place = _floats(data, data.index(b"<BiasParams> FV ", place) + 21, rows)
        found.append((weight.reshape(rows, columns), bias))
    if not found:
        raise ValueError(f"{model}: no affine layers; only models made here can be trained on")
    return found


def _floats(data: bytes, place: int, count: int) -> tuple[NDArray[np.float32], int]:
    return np.frombuffer(data, "<f4", count, place).copy(), place + 4 * count


def fill(network: Network, model: Path, features: Tensor) -> None:
    """Put a shipped model's weights into a network; `features` (batch, frames, 40) tell what is usual inside.

    Of a model of the other language all but the last layer is taken: it has heard none of this language's speakers.
    """
    rows = affines_of(model)
    layers: list[Any] = [network.first, *network.layers, network.output]
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, rows, strict=True):
            own = torch.from_numpy(weight).unflatten(1, (layer.kernel_size[0], -1)).transpose(1, 2)
            if own.shape == layer.weight.shape:
                layer.weight.copy_(own)
                layer.bias.copy_(torch.from_numpy(bias))
        if len(rows[-1][1]) == len(network.output.bias):
            network.output.bias[0] += BLANK_COST
        network.helper.weight.zero_()
        _normalise_input(network, features)
        _normalise_layers(network, features)


def _normalise_input(network: Network, features: Tensor) -> None:
    """Part the input's mean and deviation from the first layer, into which they were folded."""
    flat = features.flatten(0, 1)
    network.mean.copy_(flat.mean(0))
    network.deviation.copy_(flat.std(0) + 1e-3)
    weight = network.first.weight.clone()
    network.first.bias += (weight * network.mean[None, :, None]).sum((1, 2))
    network.first.weight.mul_(network.deviation[None, :, None])


def _normalise_layers(network: Network, features: Tensor) -> None:
    """Give every normalisation the usual mean and deviation of its layer, and undo them by its weight and bias."""
    pairs: list[tuple[Any, Any]] = list(zip([network.first, *network.layers], network.norms, strict=True))
    for layer, norm in pairs:
        seen: list[Tensor] = []
        hook = layer.register_forward_hook(lambda _layer, _in, out, seen=seen: seen.append(out))
        network.eval()(features)
        hook.remove()
        values = seen[0].transpose(0, 1).flatten(1)
        norm.running_mean.copy_(values.mean(1))
        norm.running_var.copy_(values.var(1))
        norm.weight.copy_(torch.sqrt(norm.running_var + norm.eps))
        norm.bias.copy_(norm.running_mean)
    network.train()
