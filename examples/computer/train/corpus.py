"""The recordings, their parts for k-fold evaluation, and where in a recording the word is."""

import hashlib
import os
from dataclasses import dataclass

import numpy as np
import soundfile
from scipy.signal import resample_poly

RATE = 16000
FOLDS = 4
# Synthetic speech and noise are in no part: every model may learn from them, and none is judged by them.
NO_FOLD = -1
# Kept out of every model that is judged by it.
OUTSIDE = -2

WORD = "computer"
OTHER_WORDS = ["jarvis", "snowboy", "smart_mirror"]
TALK = ["sentences", os.path.join("not_wake_words", "en"), os.path.join("not_wake_words", "es")]
ELSEWHERE = "hey_computer"
# Of its recordings only these say it: the others, from Spain, say "ey, ordenador".
ELSEWHERE_SAYS = "heycomputer-en"


@dataclass(frozen=True)
class Source:
    """A recording, or a clip of a synthesiser."""

    path: str
    # The folder's name: computer, jarvis, ..., call, talk.
    group: str
    fold: int
    has_word: bool


def fold_of(name: str) -> int:
    """By a hash of the file's name: neither order nor number of files moves a recording."""
    return hashlib.sha256(name.encode()).digest()[0] % FOLDS


def sounds(folder: str) -> list[str]:
    if not os.path.isdir(folder):
        raise SystemExit(f"{folder}: there is no such folder; --data names the folder that has computer/, jarvis/, ...")
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith((".flac", ".wav")))


def recordings(audio: str) -> list[Source]:
    """Every recording of people."""
    found = [Source(path, WORD, fold_of(os.path.basename(path)), True) for path in sounds(os.path.join(audio, WORD))]
    for path in sounds(os.path.join(audio, ELSEWHERE)):
        name = os.path.basename(path)
        says = name.startswith(ELSEWHERE_SAYS)
        found.append(
            Source(path, ELSEWHERE, OUTSIDE, True) if says else Source(path, "ordenador", fold_of(name), False)
        )
    for group in OTHER_WORDS + TALK:
        for path in sounds(os.path.join(audio, group)):
            found.append(Source(path, group, fold_of(os.path.basename(path)), False))
    return found


def load(path: str) -> np.ndarray:
    """Mono, 16 kHz, -1 ... 1."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = sound.mean(axis=1)
    if rate == RATE:
        return mono
    common = np.gcd(rate, RATE)
    return resample_poly(mono, RATE // common, rate // common).astype(np.float32)


def levels(sound: np.ndarray, frame: int = 160) -> np.ndarray:
    """Energy per 10 ms in dB, smoothed over 50 ms."""
    count = len(sound) // frame
    energy = (sound[: count * frame].reshape(count, frame) ** 2).mean(axis=1)
    return 10 * np.log10(np.convolve(energy, np.ones(5) / 5, "same") + 1e-10)


# Longest time for which "computer" is quiet within: the closures of p and t.
PAUSE = 12
# "computer" takes no longer than this; what is before it in a recording is another word. 10 ms
LONGEST_WORD = 95


def word_at(sound: np.ndarray) -> tuple[float, float] | None:
    """Where the last loud stretch of a recording begins and ends, in seconds; None where nothing is loud."""
    level = levels(sound)
    if len(level) < 20:
        return None
    floor, top = np.percentile(level, 10), level.max()
    if top - floor < 10:
        return None
    loud = np.flatnonzero(level > max(top - 22, floor + 0.35 * (top - floor)))
    runs = np.split(loud, np.flatnonzero(np.diff(loud) > 25) + 1)
    # The stretch with most energy: a click or a breath after the word is not it.
    weight = [np.sum(10 ** (level[run] / 10)) for run in runs]
    run = runs[int(np.argmax(weight))]
    end = run[-1] + 1
    begin = max(run[0], end - LONGEST_WORD)
    if end - begin < 18:
        return None
    return begin / 100, end / 100
