"""The example's training on a few made sounds: corpus to TF.js model, with what Keras makes of some windows.

    python training.py FOLDER

Writes FOLDER/model/, FOLDER/windows.npy (features as a model takes them) and FOLDER/expected.npy; prints what it saw.
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "examples", "computer", "train"))

import corpus
import export
import fit
import numpy as np
import prepare
import soundfile
from corpus import NO_FOLD, Source
from network import CHANNELS, FEATURE_SCALE, FRAMES

FOLDER = sys.argv[1]
LEFT_OUT = 0


def spoken(seed, high):
    """Something with the outline of a word: two syllables of a tone over faint noise."""
    chance = np.random.default_rng(seed)
    time = np.arange(corpus.RATE * 3 // 2) / corpus.RATE
    loud = np.exp(-(((time - 0.6) / 0.12) ** 2)) + np.exp(-(((time - 0.85) / 0.1) ** 2))
    tone = np.sin(2 * np.pi * (high + 300 * time) * time) + chance.normal(0, 0.3, len(time))
    return (0.3 * loud * tone + chance.normal(0, 0.0005, len(time))).astype(np.float32)


def recorded():
    """A file per part of the corpus and group at least."""
    audio = os.path.join(FOLDER, "audio")
    groups = [corpus.WORD, corpus.ELSEWHERE, *corpus.OTHER_WORDS, *corpus.TALK, "noise", "call", "talk"]
    for g, group in enumerate(groups):
        os.makedirs(os.path.join(audio, group), exist_ok=True)
        for n in range(12):
            prefix = corpus.ELSEWHERE_SAYS if n % 2 == 0 else "other"
            path = os.path.join(audio, group, f"{prefix}-{g}-{n}.wav")
            soundfile.write(path, spoken(100 * g + n, 900 if group in (corpus.WORD, "call") else 250), corpus.RATE)
    return audio


def main():
    audio = recorded()
    sources = corpus.recordings(audio)
    for kind in ("call", "talk"):
        paths = corpus.sounds(os.path.join(audio, kind))
        sources += [Source(path, kind, NO_FOLD, kind == "call") for path in paths]
    features = os.path.join(FOLDER, "features")
    names = prepare.prepare(features, sources, corpus.sounds(os.path.join(audio, "noise")), 1, 1)
    data = prepare.Frames(features, names)
    fit.threads(1)
    recipe = fit.Recipe(steps=40, batch=32, minings=(0.5,))
    trainer = fit.Trainer(data, {LEFT_OUT, corpus.OUTSIDE}, recipe, 1)
    model = trainer.fit()
    export.save(model, os.path.join(FOLDER, "model"))
    starts = trainer.windows.negatives("real", 12, np.random.default_rng(2))
    windows = fit.plain(trainer.windows, starts)
    logits = model.predict(windows, verbose=0)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.save(os.path.join(FOLDER, "windows.npy"), (windows / FEATURE_SCALE).astype("<f4"))
    np.save(os.path.join(FOLDER, "expected.npy"), (shares / shares.sum(axis=1, keepdims=True)).astype("<f4"))

    owner = np.repeat([passage["fold"] for passage in data.passages], data.counts)
    used = np.concatenate(
        [*trainer.windows.others.values(), *(w[:, 0].astype(int) for w in trainer.windows.words.values())]
    )
    scores = [trainer.scores(w) for w in (trainer.windows.positives("real", 64, np.random.default_rng(3)), starts)]
    print(
        json.dumps(
            {
                "shape": [FRAMES, CHANNELS],
                "folds": sorted({int(fold) for fold in owner}),
                "used": sorted({int(fold) for fold in owner[used]}),
                "words": {kind: len(found) for kind, found in trainer.windows.words.items()},
                "others": {kind: len(found) for kind, found in trainer.windows.others.items()},
                "hard": len(trainer.hard),
                "medians": [float(np.median(score)) for score in scores],
            }
        )
    )


if __name__ == "__main__":
    main()
