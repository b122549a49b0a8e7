"""Recordings and synthetic speech → passages → features, in rounds; what is made already is kept."""

import json
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import augment
import numpy as np
from corpus import NO_FOLD, Source
from passages import Studio

HERE = os.path.dirname(os.path.abspath(__file__))
CHANNELS = 40
# Frames of 30 ms every 20 ms.
STEP = 0.02
# Files of a round: so many can be made side by side.
PARTS = 8

# Per round: how often each source is used in passages of a kind, and how many sources a passage has.
SHARES = [
    # kind, has the word, synthetic, times a round, sources of a passage
    ("word", True, False, 4.0, 6),
    ("word", True, True, 1.0, 6),
    ("broken", True, False, 1.0, 6),
    ("broken", True, True, 0.25, 6),
    ("other", False, False, 1.5, 4),
    ("other", False, True, 0.6, 4),
    ("noise", False, True, 0.06, 1),
]


def _plan(sources: list[Source], number: int, seed: int) -> list[tuple[str, int, list[Source]]]:
    """The passages of a round: kind, fold, sources. The same for the same sources and seed."""
    listed = []
    for row, (kind, has_word, synthetic, times, size) in enumerate(SHARES):
        chance = np.random.default_rng([seed, number, row])
        for fold in sorted({source.fold for source in sources}):
            pool = [s for s in sources if s.fold == fold and s.has_word == has_word and (fold == NO_FOLD) == synthetic]
            drawn = [i for _ in range(int(times)) for i in chance.permutation(len(pool))]
            drawn += list(chance.permutation(len(pool))[: round((times - int(times)) * len(pool))])
            for at in range(0, len(drawn), size):
                listed.append((kind, fold, [pool[i] for i in drawn[at : at + size]]))
    return listed


def _write(folder: str, name: str, passages: list) -> None:
    """Sound for features.js, and beside it what is where."""
    sounds = [augment.pcm(passage.sound) for passage in passages]
    np.concatenate(sounds).tofile(os.path.join(folder, f"{name}.pcm"))
    with open(os.path.join(folder, f"{name}.lengths.json"), "w") as file:
        json.dump([len(sound) for sound in sounds], file)
    with open(os.path.join(folder, f"{name}.passages.json"), "w") as file:
        json.dump([{"fold": p.fold, "kind": p.kind, "said": p.said} for p in passages], file)
    subprocess.run(["node", os.path.join(HERE, "features.js"), folder, name], check=True)
    os.remove(os.path.join(folder, f"{name}.pcm"))


def _part(job: tuple) -> str:
    folder, name, number, part, parts, sources, noises, seed = job
    if not os.path.exists(os.path.join(folder, f"{name}.frames.json")):
        studio = Studio(sources, noises)
        plan = _plan(sources, number, seed)
        made = [
            studio.passage(kind, chosen, fold, [seed, number, n])
            for n, (kind, fold, chosen) in enumerate(plan)
            if n % parts == part
        ]
        _write(folder, name, made)
    return name


def names_of(rounds: int) -> list[str]:
    """Of the files with features, in the order in which they are made."""
    return [f"round-{number:02d}-{part}" for number in range(rounds) for part in range(PARTS)]


def prepare(folder: str, sources: list[Source], noises: list[str], rounds: int, seed: int) -> list[str]:
    """Names of the files with features."""
    os.makedirs(folder, exist_ok=True)
    jobs = [(folder, name, *divmod(n, PARTS), PARTS, sources, noises, seed) for n, name in enumerate(names_of(rounds))]
    names = []
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for name in pool.map(_part, jobs):
            names.append(name)
            print(f"\r{len(names)} of {len(jobs)} parts of sound", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return names


class Frames:
    """Features of many passages, one after the other: [frames, CHANNELS] of 0 ... 255."""

    def __init__(self, folder: str, names: list[str]):
        arrays, self.starts, self.counts, self.passages = [], [], [], []
        at = 0
        for name in names:
            frames = np.fromfile(os.path.join(folder, f"{name}.frames.u8"), np.uint8).reshape(-1, CHANNELS)
            with open(os.path.join(folder, f"{name}.frames.json")) as file:
                counts = json.load(file)
            with open(os.path.join(folder, f"{name}.passages.json")) as file:
                self.passages += json.load(file)
            for count in counts:
                self.starts.append(at)
                self.counts.append(count)
                at += count
            arrays.append(frames)
        self.frames = np.concatenate(arrays)
