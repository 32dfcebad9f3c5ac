"""Turn a checkpoint into a Vosk model directory: network, graph, and the sizes of its files."""

import json
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
    return network.eval()


def build_graph(language: str, folder: Path) -> None:
    """Build the graph in a process of its own, for pynini and vosk do not agree."""
    subprocess.run([sys.executable, "-m", "voice_models.making.graph", language, str(folder)], check=True)


def list_files(folder: Path) -> None:
    """Write files.json, by which a broken copy is noticed."""
    parts = [path for part in ("am", "conf", "graph") for path in sorted((folder / part).iterdir())]
    sizes = {str(path.relative_to(folder)): path.stat().st_size for path in parts}
    (folder / "files.json").write_text(json.dumps(sizes, indent=1) + "\n", "utf-8")


def ship(language: str, checkpoint: Path, folder: Path) -> None:
    """Write am/, conf/, graph/ and files.json; confidence.json and the card stay as they are."""
    for part in ("am", "conf", "graph"):
        shutil.rmtree(folder / part, ignore_errors=True)
    export(network_of(language, checkpoint), folder)
    build_graph(language, folder)
    list_files(folder)


if __name__ == "__main__":
    ship(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
