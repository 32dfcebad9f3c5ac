"""Train the acoustic model of one language with CTC, from a checkpoint if there is one.

`python -m voice_models.making.train LANGUAGE WORK-FOLDER MINUTES [--late] [--from CHECKPOINT-OR-MODEL] [--as NAME]`
"""

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from voice_models.making import shipped, sounds
from voice_models.making.augment import Calls, Hardness
from voice_models.making.corpus import Corpus, Entry
from voice_models.making.network import SUBSAMPLING, Network

WIDTH = 224
POOL, BATCH_FRAMES = 384, 4000
PEAK_RATE = 2e-3
LONGEST_STEP = 5.0  # seconds; more than that and the process was stopped, which costs none of its minutes
SHARES = {
    "zh": {"train-espeak": 0.3, "train-tan-words": 0.2, "train-tan-joined": 0.34, "train-crowd": 0.06,
           "late-chen-words": 0.12, "late-chen-joined": 0.28, "late-crowd": 0.03, "late-espeak": 0.3,
           "late-hums": 0.07},
    "en": {"train-espeak": 0.16, "train-flite": 0.2, "train-commands": 0.15, "train-digits": 0.1,
           "train-joined": 0.13, "train-crowd": 0.04, "train-prompts": 0.14, "train-numbers": 0.08,
           "late-commands": 0.08, "late-digits": 0.06, "late-joined": 0.1, "late-festival": 0.12, "late-crowd": 0.03,
           "late-espeak": 0.16, "late-pico": 0.25},
}  # fmt: skip


@dataclass
class Batch:
    """Features (batch, frames, 40) in half precision, their lengths, and the labels one after another."""

    features: Tensor
    frames: Tensor
    labels: Tensor
    counts: Tensor


class CallBatches(IterableDataset[Batch]):
    """Endless batches of augmented calls, drawn from the corpora by their shares."""

    def __init__(self, language: str, folder: Path, late: bool, seed: int) -> None:
        wanted = {name: share for name, share in SHARES[language].items() if late or not name.startswith("late")}
        self.language, self.folder, self.shares, self.seed = language, folder, wanted, seed

    def __iter__(self) -> Iterator[Batch]:
        torch.set_num_threads(1)
        draw = np.random.default_rng(self.seed)
        shares = {name: share for name, share in self.shares.items() if (self.folder / name).is_dir()}
        corpora = [Corpus(self.folder / name) for name in shares]
        weights = np.array(list(shares.values())) / sum(shares.values())
        calls = Calls(draw, Hardness())
        ids = {sound: number for number, sound in enumerate(sounds.phone_set(self.language))}
        while True:
            made = []
            for which in draw.choice(len(corpora), POOL, p=weights):
                entry, spoken = _draw(corpora[which], draw)
                phones = list(entry.spoken.phones)
                if draw.random() < 0.15:
                    more, sound = _draw(corpora[which], draw)
                    pause = np.zeros(int(draw.uniform(0.05, 0.4) * 16000), np.float32)
                    spoken, phones = np.concatenate([spoken, pause, sound]), phones + list(more.spoken.phones)
                heard = calls.features(spoken, entry.spoken.speaker, partial(_others, corpora, draw))
                if len(heard) > 25 and len(heard) // SUBSAMPLING > 1.1 * len(phones) + 1:
                    made.append((heard, [ids[phone] for phone in phones]))
            yield from _batches(made, draw)


def _draw(corpus: Corpus, draw: np.random.Generator) -> tuple[Entry, Any]:
    entry = corpus.entries[int(draw.integers(len(corpus.entries)))]
    return entry, corpus.samples(entry)


def _others(corpora: list[Corpus], draw: np.random.Generator) -> list[Any]:
    """One to three recordings that talk behind another."""
    return [_draw(corpora[int(draw.integers(len(corpora)))], draw)[1] for _ in range(int(draw.integers(1, 4)))]


def _batches(made: list[tuple[Any, list[int]]], draw: np.random.Generator) -> list[Batch]:
    """Calls of like length together, some four thousand frames each, in random order."""
    made.sort(key=lambda one: len(one[0]))
    rows: list[list[tuple[Any, list[int]]]] = [[]]
    for one in made:
        if rows[-1] and (len(rows[-1]) + 1) * len(one[0]) > BATCH_FRAMES:
            rows.append([])
        rows[-1].append(one)
    draw.shuffle(rows)  # a list shuffles well
    return [_batch(row) for row in rows]


def _batch(row: list[tuple[Any, list[int]]]) -> Batch:
    longest = max(len(heard) for heard, _ in row)
    padded = np.stack([np.pad(heard, ((0, longest - len(heard)), (0, 0)), "edge") for heard, _ in row])
    frames = torch.tensor([-(-len(heard) // SUBSAMPLING) for heard, _ in row])
    labels = torch.tensor([label for _, row_labels in row for label in row_labels])
    counts = torch.tensor([len(row_labels) for _, row_labels in row])
    return Batch(torch.from_numpy(padded.astype(np.float16)), frames, labels, counts)


class Trainer:
    """A network, its optimiser and a running average of its weights; saves itself as one file."""

    def __init__(self, language: str, path: Path) -> None:
        self.language, self.path = language, path
        self.network = Network(len(sounds.phone_set(language)), WIDTH)
        self.average = torch.optim.swa_utils.AveragedModel(
            self.network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999), use_buffers=True
        )
        self.optimiser = torch.optim.AdamW(self.network.parameters(), PEAK_RATE, weight_decay=0.01)
        self.loss = torch.nn.CTCLoss(zero_infinity=True)
        self.step, self.first, self.seen, self.spent = 0, 0, 0.0, 0.0

    def start(self, batch: Batch, model: Path | None) -> None:
        """Normalise the input by the first batch, and begin with a shipped model's weights where one is named."""
        if model:
            shipped.fill(self.network, model, batch.features.float())
        else:
            flat = batch.features.float().flatten(0, 1)
            self.network.mean.copy_(flat.mean(0))
            self.network.deviation.copy_(flat.std(0) + 1e-3)
        self.average.module.load_state_dict(self.network.state_dict())

    def load(self, path: Path) -> None:
        """Go on from a checkpoint: from one's own where it was, from another's weights with a clock at the start."""
        kept = torch.load(path, weights_only=True)
        for name, part in self._parts().items():
            part.load_state_dict(kept[name])
        self.step, self.seen = kept["step"], kept["seen"]
        if path == self.path:
            self.first, self.spent = kept["first"], kept["spent"]
        else:
            self.first = self.step

    def save(self) -> None:
        """Write the checkpoint; the old one stays whole until the new one is."""
        growing = self.path.with_suffix(".part")
        numbers = {"step": self.step, "seen": self.seen, "first": self.first, "spent": self.spent}
        torch.save({name: part.state_dict() for name, part in self._parts().items()} | numbers, growing)
        growing.rename(self.path)

    def _parts(self) -> dict[str, Any]:
        return {"network": self.network, "average": self.average, "optimiser": self.optimiser}

    def learn(self, batch: Batch, rate: float) -> float:
        """One step; returns the loss per utterance-normalised sound."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        masked = self._masked(batch.features.float())
        with torch.autocast("cpu", torch.bfloat16):
            scores, helped = self.network(masked)
        main = self._ctc(scores, batch)
        loss = main + 0.3 * self._ctc(helped, batch)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.average.update_parameters(self.network)
        self.step += 1
        self.seen += float(batch.frames.sum()) * SUBSAMPLING / 360000
        return float(main.detach())

    def _ctc(self, scores: Tensor, batch: Batch) -> Tensor:
        logs = scores.float().log_softmax(2).transpose(0, 1)
        loss: Tensor = self.loss(logs, batch.labels, batch.frames, batch.counts)
        return loss

    def _masked(self, features: Tensor) -> Tensor:
        """SpecAugment over time: up to two spans of each call become the mean."""
        size, length, _ = features.shape
        for _ in range(2):
            wide = torch.randint(0, 9, (size, 1))
            low = torch.rand(size, 1) * (length - wide)
            place = torch.arange(length)[None]
            features[(place >= low) & (place < low + wide)] = self.network.mean
        features[:, :, 0] += torch.randn(size, 1) * 4  # loudness
        return features


def learning_rate(peak: float, step: int, share: float) -> float:
    """Warm up over 800 steps, then fall along a cosine to a fiftieth as the time runs out."""
    return peak * min(1.0, step / 800 + 0.02) * (0.02 + 0.49 * (1 + math.cos(math.pi * min(1.0, share))))


def main() -> None:
    """Train for a number of minutes and keep the checkpoint fresh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=["zh", "en"])
    parser.add_argument("work", type=Path)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--late", action="store_true", help="all speakers, those of the tests too")
    parser.add_argument("--from", dest="source", type=Path, help="checkpoint or model folder to go on from")
    parser.add_argument("--as", dest="name", default="measured", help="name of the checkpoint")
    parser.add_argument("--peak", type=float, default=PEAK_RATE, help="highest learning rate")
    options = parser.parse_args()
    source = options.source
    train(options.language, options.work, options.minutes, options.late, source, options.name, options.peak)


def train(
    language: str,
    work: Path,
    minutes: float,
    late: bool = False,
    source: Path | None = None,
    name: str = "measured",
    peak: float = PEAK_RATE,
) -> None:
    """Train until the minutes are over, those before a stop counted in; the learning rate follows that clock."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    trainer = Trainer(language, work / language / f"{name}.pt")
    model = source / "am" / "final.mdl" if source and source.is_dir() else None
    if trainer.path.exists():
        trainer.load(trainer.path)
    elif source and not model:
        trainer.load(source)
    batches = CallBatches(language, work / language, late, seed=trainer.step)
    feed = iter(DataLoader(batches, batch_size=None, num_workers=1, prefetch_factor=24))
    last, running = time.monotonic(), 0.0
    while (share := trainer.spent / 60 / minutes) < 1:
        fresh = next(feed)
        if trainer.step == 0:
            trainer.start(fresh, model)
        loss = trainer.learn(fresh, learning_rate(peak, trainer.step - trainer.first, share))
        running = loss if not running else 0.98 * running + 0.02 * loss
        now = time.monotonic()
        trainer.spent, last = trainer.spent + min(now - last, LONGEST_STEP), now
        if trainer.step % 100 == 0:
            print(f"{language} step {trainer.step} {trainer.seen:.1f} h {share:.0%} loss {running:.3f}", flush=True)
        if trainer.step % 500 == 0:
            trainer.save()
    trainer.save()


if __name__ == "__main__":
    main()
