"""Passages of sound to learn from: the word in the middle of everyday sound, and everyday sound without it.

A passage is heard from the front end's reset to its end, as a device hears, with jumps between its pieces. Every
piece comes from recordings of one fold, so that a model that leaves a fold out has heard nothing of it.
"""

from dataclasses import dataclass, field

import augment
import corpus
import numpy as np
from corpus import NO_FOLD, OUTSIDE, Source

RATE = 16000


@dataclass
class Passage:
    """Sound, and where in it the word is said: [begin, end] in seconds."""

    sound: np.ndarray
    fold: int
    # real, synthetic or noise: so that training can weigh them.
    kind: str
    said: list[tuple[float, float]] = field(default_factory=list)


class Studio:
    """Makes passages; everything random comes from a passage's own seed."""

    def __init__(self, sources: list[Source], noises: list[str]):
        self.sources = sources
        self.cache: dict[str, np.ndarray] = {}
        self.noises = [corpus.load(path) for path in noises]
        self.talk = {}
        for source in sources:
            if not source.has_word:
                self.talk.setdefault(source.fold, []).append(source)

    def sound(self, source: Source) -> np.ndarray:
        if source.path not in self.cache:
            self.cache[source.path] = corpus.load(source.path)
        return self.cache[source.path]

    def _other_talk(self, fold: int, chance: np.random.Generator) -> np.ndarray:
        """Up to two seconds of somebody talking, of this fold or synthetic."""
        fold = NO_FOLD if fold == OUTSIDE or chance.random() < 0.3 else fold
        pool = self.talk[fold]
        sound = self.sound(pool[chance.integers(len(pool))])
        size = int(RATE * chance.uniform(0.3, 2))
        at = chance.integers(0, max(1, len(sound) - size))
        return sound[at : at + size]

    def _voices(self, chance: np.random.Generator) -> list[np.ndarray]:
        pool = self.talk[NO_FOLD]
        return [self.sound(pool[chance.integers(len(pool))]) for _ in range(4)]

    def _speaker(self, sound: np.ndarray, chance: np.random.Generator) -> tuple[np.ndarray, float]:
        """Another voice and another pace; how many times shorter it is."""
        factor = 1.0
        if chance.random() < 0.7:
            change = float(np.exp(chance.normal(0, 0.085)))
            change = round(100 / min(max(change, 0.8), 1.25)) / 100
            sound, factor = augment.faster(sound, 1 / change), factor / change
        if chance.random() < 0.45:
            pace = float(np.exp(chance.normal(0, 0.13)))
            pace = min(max(pace, 0.7), 1.4)
            sound, factor = augment.spoken_faster(sound, pace), factor * pace
        return sound, factor

    def _placed(self, sound: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Through a room, a microphone, and into noise; louder or quieter."""
        level = augment.speech_level(sound)
        sound = sound / max(level, 1e-4)
        if chance.random() < 0.45:
            sound = augment.room(sound, chance)
        if chance.random() < 0.7:
            sound = augment.microphone(sound, chance)
            sound = sound / max(augment.speech_level(sound), 1e-4)
        if chance.random() < 0.75:
            snr = chance.uniform(0, 35)
            noise = augment.background(len(sound), self._voices(chance), self.noises, chance)
            sound = sound + noise * augment.decibels(-snr)
            if chance.random() < 0.3:
                sound = augment.microphone(sound, chance)
        # The microphone's own noise.
        sound = sound + chance.normal(0, 1, len(sound)).astype(np.float32) * augment.decibels(chance.uniform(-70, -30))
        sound = sound * augment.decibels(chance.uniform(-45, -8))
        if chance.random() < 0.04:
            sound = np.clip(sound * augment.decibels(chance.uniform(6, 20)), -0.5, 0.5)
        if chance.random() < 0.08:
            sound = augment.mu_law(np.clip(sound, -1, 1))
        return sound

    def _padding(self, sound: np.ndarray, seconds: float, chance: np.random.Generator) -> np.ndarray:
        """White noise as loud as the quietest part of a clip: what `kws-gen evaluate` plays around it."""
        level = np.percentile(np.abs(sound), 10) * 1.5 + 1e-5
        return chance.normal(0, level, int(seconds * RATE)).astype(np.float32)

    def word(self, source: Source, chance: np.random.Generator) -> tuple[np.ndarray, tuple[float, float]] | None:
        """One piece with the word in it, as it came or in another setting."""
        sound = self.sound(source)
        where = corpus.word_at(sound)
        if where is None:
            return None
        begin, end = where
        if chance.random() < 0.6:
            # The word alone, cut out with a little of its surroundings.
            first = max(0, int((begin - chance.uniform(0.04, 0.3)) * RATE))
            last = min(len(sound), int((end + chance.uniform(0.04, 0.3)) * RATE))
            sound = sound[first:last] * _fades(last - first)
            begin, end = begin - first / RATE, end - first / RATE
        sound, factor = self._speaker(sound, chance)
        begin, end = begin / factor, end / factor
        level = max(augment.speech_level(sound), 1e-4)
        before = np.zeros(int(chance.uniform(0.1, 1.2) * RATE), np.float32)
        after = np.zeros(int(chance.uniform(0.45, 1.0) * RATE), np.float32)
        if chance.random() < 0.35:
            talk = self._other_talk(source.fold, chance)
            talk = talk / max(augment.speech_level(talk), 1e-4) * level * augment.decibels(chance.uniform(-8, 6))
            before = np.concatenate([before, talk * _fades(len(talk)), np.zeros(int(chance.uniform(0, 0.25) * RATE))])
        if chance.random() < 0.3:
            talk = self._other_talk(source.fold, chance)
            talk = talk / max(augment.speech_level(talk), 1e-4) * level * augment.decibels(chance.uniform(-8, 6))
            after = np.concatenate([np.zeros(int(chance.uniform(0.02, 0.4) * RATE)), talk * _fades(len(talk)), after])
        if chance.random() < 0.15:
            whole = self._placed(sound, chance)
            pad = self._padding(whole, 1, chance)
            whole = np.concatenate([pad, whole, pad])
            return whole, (1 + begin, 1 + end)
        shift = len(before) / RATE
        whole = self._placed(np.concatenate([before, sound, after]).astype(np.float32), chance)
        return whole, (shift + begin, shift + end)

    def other(self, source: Source, chance: np.random.Generator) -> np.ndarray:
        """One piece without the word."""
        sound = self.sound(source)
        if len(sound) > 12 * RATE:
            at = chance.integers(0, len(sound) - 12 * RATE)
            sound = sound[at : at + 12 * RATE]
        sound, _ = self._speaker(sound, chance)
        whole = self._placed(sound, chance)
        if chance.random() < 0.15:
            pad = self._padding(whole, 1, chance)
            whole = np.concatenate([pad, whole, pad])
        return whole

    def broken(self, source: Source, chance: np.random.Generator) -> np.ndarray | None:
        """Parts of the word, and its parts in another order: not the word."""
        sound = self.sound(source)
        where = corpus.word_at(sound)
        if where is None:
            return None
        begin, end = (int(at * RATE) for at in where)
        word = sound[max(0, begin - 800) : end + 800]
        cut = int(len(word) * chance.uniform(0.38, 0.6))
        head, tail = word[:cut], word[cut:]
        gap = np.zeros(int(chance.uniform(0.35, 1.2) * RATE), np.float32)
        kind = chance.integers(6)
        talk = self._other_talk(source.fold, chance)
        talk = talk / max(augment.speech_level(talk), 1e-4) * augment.speech_level(word)
        pieces = [
            [head * _fades(len(head)), gap],
            [gap, tail * _fades(len(tail))],
            [tail * _fades(len(tail)), head * _fades(len(head))],
            [word[::-1]],
            [head * _fades(len(head)), talk * _fades(len(talk))],
            [talk * _fades(len(talk)), tail * _fades(len(tail))],
        ][kind]
        sound, _ = self._speaker(np.concatenate([gap[:3000], *pieces, gap[:4000]]).astype(np.float32), chance)
        return self._placed(sound, chance)

    def passage(self, kind: str, sources: list[Source], fold: int, seed: list[int]) -> Passage:
        """kind: word, other, broken or noise. `sources` are all of one fold."""
        chance = np.random.default_rng(seed)
        pieces, said, at = [], [], 0.0
        for source in sources:
            if kind == "word":
                made = self.word(source, chance)
                piece, where = made if made is not None else (None, None)
                if piece is not None:
                    said.append((at + where[0], at + where[1]))
            else:
                piece = self.broken(source, chance) if kind == "broken" else self.other(source, chance)
            if piece is None:
                continue
            pieces.append(piece)
            at += len(piece) / RATE
        if kind == "noise":
            noise = augment.background(int(chance.uniform(4, 12) * RATE), self._voices(chance), self.noises, chance)
            pieces.append(noise * augment.decibels(chance.uniform(-60, -15)))
        synthetic = fold == NO_FOLD
        label = "noise" if kind == "noise" else "synthetic" if synthetic else "real"
        sound = np.concatenate(pieces) if pieces else np.zeros(RATE, np.float32)
        return Passage(sound.astype(np.float32), fold, label if kind != "broken" else "broken", said)


def _fades(length: int) -> np.ndarray:
    """5 ms up, 5 ms down."""
    size = min(80, length // 2)
    shape = np.ones(length, np.float32)
    if size > 0:
        shape[:size] = np.linspace(0, 1, size)
        shape[length - size :] = np.linspace(1, 0, size)
    return shape
