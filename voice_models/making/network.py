"""The acoustic model: a residual time-delay network, 40 MFCC in, scores of the sounds every 30 ms."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

SUBSAMPLING = 3
FIRST_REACH = 4  # input frames to each side that the first layer sees
DILATIONS = (1, 1, 2, 2, 3, 3)  # in output frames
CONTEXT = FIRST_REACH + SUBSAMPLING * sum(DILATIONS)  # input frames to each side, 10 ms each
HELPED = 3  # the layer after which a helper output is trained too


class Network(nn.Module):
    """First layer at a third of the frame rate, then residual layers of three taps; everything Kaldi's nnet3 can do."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, outputs: int, width: int, inputs: int = 40) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("deviation", torch.ones(inputs))
        self.first = nn.Conv1d(inputs, width, 2 * FIRST_REACH + 1, stride=SUBSAMPLING)
        self.layers = nn.ModuleList(nn.Conv1d(width, width, 3, dilation=dilation) for dilation in DILATIONS)
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in range(len(DILATIONS) + 1))
        self.output = nn.Conv1d(width, outputs, 1)
        self.helper = nn.Conv1d(width, outputs, 1)
        self.dropout = nn.Dropout1d(0.05)  # whole channels: one draw for each, not for every frame

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features (batch, frames, 40) to scores (batch, ceil(frames / 3), outputs), and those of the helper."""
        normal = ((features - self.mean) / self.deviation).transpose(1, 2)
        padded = functional.pad(normal, (CONTEXT, CONTEXT), "replicate")  # as Kaldi pads
        hidden = torch.relu(self.norms[0](self.first(padded)))
        helped = hidden
        for number, (layer, norm) in enumerate(zip(self.layers, self.norms[1:], strict=True), 1):
            reach = DILATIONS[number - 1]
            hidden = torch.relu(hidden[:, :, reach:-reach] + norm(layer(self.dropout(hidden))))
            if number == HELPED:
                rest = sum(DILATIONS[number:])
                helped = hidden[:, :, rest:-rest]
        return self.output(hidden).transpose(1, 2), self.helper(helped).transpose(1, 2)


def affines(network: Network, blank_cost: float = 0.0) -> list[tuple[Any, Any]]:
    """Weights (out, in, taps) and biases of every layer with the normalisations folded in, the output layer last.

    `blank_cost` lowers the score of the blank: in doubt, CTC hears too little rather than too much.
    """
    folded = [_folded(network.first, network.norms[0])]
    weight, bias = folded[0]
    scaled = weight / network.deviation[None, :, None]
    folded[0] = (scaled, bias - (scaled * network.mean[None, :, None]).sum((1, 2)))
    folded += [_folded(layer, norm) for layer, norm in zip(network.layers, network.norms[1:], strict=True)]
    lowered = network.output.bias.detach().clone()
    lowered[0] -= blank_cost
    folded.append((network.output.weight, lowered))
    return [(weight.detach().numpy(), bias.detach().numpy()) for weight, bias in folded]


def _folded(layer: Any, norm: Any) -> tuple[Tensor, Tensor]:
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return layer.weight * scale[:, None, None], (layer.bias - norm.running_mean) * scale + norm.bias
