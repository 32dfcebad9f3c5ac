"""Turn a checkpoint into a Vosk model directory: network and graph."""

import shutil
import subprocess
import sys
from pathlib import Path

import torch

from voice_models.making import sounds
from voice_models.making.export import export
from voice_models.making.network import Network
from voice_models.making.train import WIDTH


def network_of(language: str, checkpoint: Path) -> Network:
    """The averaged network of a checkpoint."""
    kept = torch.load(checkpoint, weights_only=True)
    network = Network(len(sounds.phone_set(language)), WIDTH)
    average = {name.removeprefix("module."): value for name, value in kept["average"].items() if name != "n_averaged"}
    network.load_state_dict(average)
    network.eval()
    return network


def build_graph(language: str, folder: Path) -> None:
    """Build the graph in a process of its own, for pynini and vosk do not agree."""
    subprocess.run([sys.executable, "-m", "voice_models.making.graph", language, str(folder)], check=True)


def ship(language: str, checkpoint: Path, folder: Path) -> None:
    """Write am/, conf/ and graph/; confidence.json and the card stay as they are."""
    for part in ("am", "conf", "graph"):
        shutil.rmtree(folder / part, ignore_errors=True)
    export(network_of(language, checkpoint), folder)
    build_graph(language, folder)


if __name__ == "__main__":
    ship(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
