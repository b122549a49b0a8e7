"""Features of passages → a trained network."""

import os
import sys
import time
from dataclasses import dataclass

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_DETERMINISTIC_OPS", "1")

import keras
import numpy as np
import tensorflow as tf
from network import CHANNELS, FEATURE_SCALE, FRAMES, network
from prepare import STEP, Frames

# A byte of a feature is worth this: 666 / 256 / 25.6, see src/frontend/quantize.ts.
FEATURE = 666 / 256 / 25.6

# A window with the word in it ends within these times after the word's end, seconds.
EARLIEST, LATEST = -0.04, 0.26
# Until here after its end the word still fills a part of the window that says nothing either way.
GONE = 0.8


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    steps: int = 3000
    batch: int = 256
    rate: float = 2e-3
    decay: float = 1e-4
    smoothing: float = 0.02
    # Parts of a batch.
    words: float = 0.22
    synthetic_words: float = 0.1
    talk: float = 0.24
    synthetic_talk: float = 0.1
    broken: float = 0.08
    noise: float = 0.03
    # Steps after which the windows are looked for that are taken for the word though they are not.
    minings: tuple = (0.2, 0.4, 0.6, 0.8)
    dropout: float = 0.1


class Windows:
    """Where windows of each kind begin among the frames, of every fold but the ones left out."""

    def __init__(self, data: Frames, left_out: set[int]):
        self.data = data
        self.words = {"real": [], "synthetic": []}
        others = {"real": [], "synthetic": [], "broken": [], "noise": []}
        # First and last frame of a window's passage.
        self.low = np.zeros(len(data.frames), np.int32)
        self.high = np.zeros(len(data.frames), np.int32)
        for start, count, passage in zip(data.starts, data.counts, data.passages, strict=True):
            self.low[start : start + count] = start
            self.high[start : start + count] = start + count - 1
            if passage["fold"] in left_out or count < FRAMES + 2:
                continue
            free = np.ones(count - FRAMES + 1, bool)
            # When each window ends.
            ends = (np.arange(len(free)) + FRAMES - 1) * STEP + 0.03
            for begin, end in passage["said"]:
                free &= (ends < begin + 0.4 * (end - begin)) | (ends > end + GONE)
                last = round((end + LATEST - 0.03) / STEP) - FRAMES + 1
                if 0 <= last < len(free):
                    self.words[passage["kind"]].append((start, end))
            others[passage["kind"]].append(start + np.flatnonzero(free))
        self.others = {kind: np.concatenate(found) if found else np.zeros(0, int) for kind, found in others.items()}
        self.words = {kind: np.array(found).reshape(-1, 2) for kind, found in self.words.items()}

    def positives(self, kind: str, count: int, chance: np.random.Generator) -> np.ndarray:
        chosen = self.words[kind][chance.integers(0, len(self.words[kind]), count)]
        ends = chosen[:, 1] + chance.uniform(EARLIEST, LATEST, count)
        first = np.round((ends - 0.03) / STEP).astype(int) - FRAMES + 1
        return chosen[:, 0].astype(int) + np.maximum(first, 0)

    def negatives(self, kind: str, count: int, chance: np.random.Generator) -> np.ndarray:
        pool = self.others[kind]
        return pool[chance.integers(0, len(pool), count)]

    def read(self, starts: np.ndarray, time: np.ndarray, channel: np.ndarray) -> np.ndarray:
        """[windows, FRAMES, CHANNELS] between 0 and 2.6, at `time` [windows, FRAMES] after the starts and `channel`."""
        at = np.clip(starts[:, None] + time, self.low[starts][:, None], self.high[starts][:, None] - 0.001)
        first = np.floor(at).astype(np.int64)
        part = (at - first).astype(np.float32)[..., None]
        frames = self.data.frames
        rows = frames[first].astype(np.float32) * (1 - part) + frames[first + 1].astype(np.float32) * part
        if channel is not None:
            left = np.clip(np.floor(channel).astype(int), 0, CHANNELS - 2)
            share = np.clip(channel - left, 0, 1).astype(np.float32)[:, None, :]
            index = np.arange(len(starts))[:, None, None], np.arange(FRAMES)[None, :, None], left[:, None, :]
            rows = rows[index] * (1 - share) + rows[index[0], index[1], index[2] + 1] * share
        return rows * (FEATURE * FEATURE_SCALE)


def warped(windows: Windows, starts: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Windows, some slower or faster, some higher or lower, with moments and bands missing."""
    count = len(starts)
    pace = np.exp(chance.normal(0, 0.06, (count, 1)))
    # The end of the window stays: that is where the word is.
    time = (np.arange(FRAMES) - (FRAMES - 1)) * pace + FRAMES - 1
    time += (
        chance.uniform(0, 0.999, (count, 1)) * np.sin(np.linspace(0, np.pi, FRAMES)) * chance.normal(0, 1, (count, 1))
    )
    stretch = np.exp(chance.normal(0, 0.03, (count, 1)))
    moved = chance.normal(0, 0.5, (count, 1))
    channel = np.arange(CHANNELS) * stretch + moved
    batch = windows.read(starts, time, channel)
    # Louder, quieter, and another tilt: a number added to each channel, for the features are logarithms.
    tilt = chance.normal(0, 0.08, (count, 1, 1)) + np.linspace(-1, 1, CHANNELS) * chance.normal(0, 0.06, (count, 1, 1))
    batch = np.clip(batch + (tilt * (batch > 0.05)).astype(np.float32), 0, 2.6)
    moments, bands = np.arange(FRAMES)[None, :], np.arange(CHANNELS)[None, :]
    for _ in range(2):
        size = chance.integers(0, 6, (count, 1))
        at = chance.integers(0, FRAMES, (count, 1))
        hide = (moments >= at) & (moments < at + size) & (chance.random((count, 1)) < 0.5)
        batch[hide] = 0
        size = chance.integers(0, 7, (count, 1))
        at = chance.integers(0, CHANNELS, (count, 1))
        hide = (bands >= at) & (bands < at + size) & (chance.random((count, 1)) < 0.5)
        batch *= ~hide[:, None, :]
    return batch[..., None]


def plain(windows: Windows, starts: np.ndarray) -> np.ndarray:
    frames = windows.data.frames
    return frames[starts[:, None] + np.arange(FRAMES)].astype(np.float32)[..., None] * (FEATURE * FEATURE_SCALE)


class Trainer:
    """One network in the making."""

    def __init__(self, data: Frames, left_out: set[int], recipe: Recipe, seed: int):
        keras.utils.set_random_seed(seed)
        self.chance = np.random.default_rng(seed)
        self.recipe = recipe
        self.windows = Windows(data, left_out)
        self.model = network(recipe.dropout)
        self.hard = np.zeros(0, int)
        self.average = None

    def scores(self, starts: np.ndarray) -> np.ndarray:
        """Logit of the word over that of anything else."""
        run = tf.function(lambda x: self.model(x, training=False), reduce_retracing=True)
        out = [run(plain(self.windows, starts[at : at + 1024])).numpy() for at in range(0, len(starts), 1024)]
        out = np.concatenate(out)
        return out[:, 1] - out[:, 0]

    def mine(self) -> None:
        """The windows that are most taken for the word, of a large sample."""
        found = []
        for kind, count, keep in (("real", 120_000, 5000), ("synthetic", 30_000, 1200), ("broken", 20_000, 800)):
            count = min(count, len(self.windows.others[kind]))
            starts = self.windows.negatives(kind, count, self.chance)
            scores = self.scores(starts)
            found.append(starts[np.argsort(-scores)[:keep]])
        self.hard = np.concatenate([*found, self.hard[: len(self.hard) // 2]])

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        recipe, chance, windows = self.recipe, self.chance, self.windows

        def of(share: float) -> int:
            return round(share * recipe.batch)

        said = [
            windows.positives("real", of(recipe.words), chance),
            windows.positives("synthetic", of(recipe.synthetic_words), chance),
        ]
        other = [
            windows.negatives("synthetic", of(recipe.synthetic_talk), chance),
            windows.negatives("broken", of(recipe.broken), chance),
            windows.negatives("noise", of(recipe.noise), chance),
            windows.negatives("real", of(recipe.talk), chance),
        ]
        rest = recipe.batch - sum(map(len, said + other))
        other.append(
            self.hard[chance.integers(0, len(self.hard), rest)]
            if len(self.hard) > 0
            else windows.negatives("real", rest, chance)
        )
        starts = np.concatenate(said + other)
        wanted = np.zeros(len(starts), np.int32)
        wanted[: sum(map(len, said))] = 1
        return warped(windows, starts, chance), wanted

    def fit(self, say=lambda text: None) -> keras.Model:
        recipe, model = self.recipe, self.model
        warmup = min(200, recipe.steps // 5)
        schedule = keras.optimizers.schedules.CosineDecay(
            0.0, recipe.steps - warmup, alpha=0.005, warmup_target=recipe.rate, warmup_steps=warmup
        )
        optimizer = keras.optimizers.AdamW(schedule, weight_decay=recipe.decay, clipnorm=1.0)
        optimizer.build(model.trainable_variables)

        @tf.function
        def step(x, y):
            target = tf.one_hot(y, 2) * (1 - recipe.smoothing) + recipe.smoothing / 2
            with tf.GradientTape() as tape:
                logits = model(x, training=True)
                loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(target, logits)) + sum(model.losses)
            optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
            return loss

        minings = {round(share * recipe.steps) for share in recipe.minings}
        losses, began = [], time.time()
        for n in range(recipe.steps):
            if n in minings:
                self.mine()
            x, y = self.batch()
            losses.append(step(x, y))
            if n % 250 == 249:
                say(f"step {n + 1} of {recipe.steps}: loss {np.mean(losses[-250:]):.4f}, {time.time() - began:.0f} s")
            if n >= recipe.steps * 0.7 and n % 10 == 0:
                self._remember()
        for weight, mean in zip(model.weights, self.average, strict=True):
            weight.assign(mean)
        return model

    def _remember(self) -> None:
        """Keeps a running mean of the weights: better than the last ones."""
        weights = [weight.numpy() for weight in self.model.weights]
        if self.average is None:
            self.average = weights
        self.average = [old + (new - old) * 0.02 for old, new in zip(self.average, weights, strict=True)]


def threads(count: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
