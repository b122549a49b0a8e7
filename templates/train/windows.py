"""Windows of features to learn from: where they begin, and how they are bent before the network sees them."""

import json

import numpy as np

# A window with the word in it ends within these times after the word's end, seconds.
EARLIEST, LATEST = -0.04, 0.26
# Until this much less than a window after its end the word still fills a part of it that says nothing either way.
SHORT_OF_WINDOW = 0.2


class Windows:
    """Where windows of each kind begin among the frames."""

    def __init__(self, job: dict):
        features = job["features"]
        self.length, self.channels = job["network"]["frames"], job["network"]["channels"]
        self.aligned = job["recipe"]["aligned"]
        self.scale, self.top = features["scale"], features["top"]
        self.step, self.span = features["stepMs"] / 1000, features["windowMs"] / 1000
        arrays, passages, at = [], [], 0
        for part in job["parts"]:
            with open(part["passages"]) as file:
                listed = json.load(file)
            for passage in listed:
                passages.append((at, passage))
                at += passage["frames"]
            arrays.append(np.fromfile(part["frames"], np.uint8).reshape(-1, self.channels))
        self.frames = np.concatenate(arrays)
        words, others = (
            {"real": [], "synthetic": []},
            {kind: [] for kind in ("real", "synthetic", "near", "broken", "noise")},
        )
        alike = []
        # First and last frame of a window's passage.
        self.low = np.zeros(len(self.frames), np.int32)
        self.high = np.zeros(len(self.frames), np.int32)
        gone = self.length * self.step - SHORT_OF_WINDOW
        for start, passage in passages:
            count = passage["frames"]
            self.low[start : start + count] = start
            self.high[start : start + count] = start + count - 1
            if count < self.length + 2:
                continue
            free = np.ones(count - self.length + 1, bool)
            # When each window ends.
            ends = (np.arange(len(free)) + self.length - 1) * self.step + self.span
            for begin, end in passage["said"]:
                free &= (ends < begin + 0.4 * (end - begin)) | (ends > end + gone)
                last = round((end + LATEST - self.span) / self.step) - self.length + 1
                if 0 <= last < len(free):
                    words[passage["kind"]].append((start, end))
            others[passage["kind"]].append(start + np.flatnonzero(free))
            for end in passage["alike"]:
                alike.extend(start + n for n in self._around(end) if 0 <= n < len(free))
        self.others = {kind: np.concatenate(f) if f else np.zeros(0, np.int64) for kind, f in others.items()}
        # Windows that have what sounds like the word where others have the word.
        self.alike = np.array(alike, np.int64)
        self.words = {kind: np.array(found, float).reshape(-1, 2) for kind, found in words.items()}

    def _around(self, end: float) -> range:
        """First frames of the windows that would have a word which ends then."""
        first, last = (round((end + at - self.span) / self.step) - self.length + 1 for at in (EARLIEST, LATEST))
        return range(first, last + 1)

    def summary(self) -> dict:
        return {
            "words": {kind: len(found) for kind, found in self.words.items()},
            "others": {kind: len(found) for kind, found in self.others.items()},
            "hours": round(len(self.frames) * self.step / 3600, 3),
        }

    def positives(self, kind: str, count: int, chance: np.random.Generator) -> np.ndarray:
        chosen = self.words[kind][chance.integers(0, len(self.words[kind]), count)]
        ends = chosen[:, 1] + chance.uniform(EARLIEST, LATEST, count)
        first = np.round((ends - self.span) / self.step).astype(int) - self.length + 1
        return chosen[:, 0].astype(int) + np.maximum(first, 0)

    def negatives(self, kind: str, count: int, chance: np.random.Generator) -> np.ndarray:
        pool = self.others[kind]
        aligned = int(count * self.aligned) if kind == "near" and len(self.alike) > 0 else 0
        some = self.alike[chance.integers(0, len(self.alike), aligned)] if aligned > 0 else pool[:0]
        return np.concatenate([some, pool[chance.integers(0, len(pool), count - aligned)]])

    def plain(self, starts: np.ndarray) -> np.ndarray:
        rows = self.frames[starts[:, None] + np.arange(self.length)]
        return rows.astype(np.float32)[..., None] * np.float32(self.scale)

    def _read(self, starts: np.ndarray, time: np.ndarray, channel: np.ndarray) -> np.ndarray:
        """[windows, frames, channels], at `time` [windows, frames] after the starts and `channel`."""
        at = np.clip(starts[:, None] + time, self.low[starts][:, None], self.high[starts][:, None] - 0.001)
        first = np.floor(at).astype(np.int64)
        part = (at - first).astype(np.float32)[..., None]
        rows = self.frames[first].astype(np.float32) * (1 - part) + self.frames[first + 1].astype(np.float32) * part
        left = np.clip(np.floor(channel).astype(int), 0, self.channels - 2)
        share = np.clip(channel - left, 0, 1).astype(np.float32)[:, None, :]
        index = np.arange(len(starts))[:, None, None], np.arange(self.length)[None, :, None], left[:, None, :]
        rows = rows[index] * (1 - share) + rows[index[0], index[1], index[2] + 1] * share
        return rows * np.float32(self.scale)

    def warped(self, starts: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Windows, some slower or faster, some higher or lower, with moments and bands missing."""
        count, length, channels = len(starts), self.length, self.channels
        pace = np.exp(chance.normal(0, 0.06, (count, 1)))
        # The end of the window stays: that is where the word is.
        time = (np.arange(length) - (length - 1)) * pace + length - 1
        bend = chance.uniform(0, 0.999, (count, 1)) * chance.normal(0, 1, (count, 1))
        time += np.sin(np.linspace(0, np.pi, length)) * bend
        channel = np.arange(channels) * np.exp(chance.normal(0, 0.03, (count, 1))) + chance.normal(
            0, channels / 80, (count, 1)
        )
        batch = self._read(starts, time, channel)
        # Louder, quieter, and another tilt: a number added to each channel, for the features are logarithms.
        slope = np.linspace(-1, 1, channels) * chance.normal(0, 0.06, (count, 1, 1))
        tilt = (chance.normal(0, 0.08, (count, 1, 1)) + slope).astype(np.float32)
        batch = np.clip(batch + tilt * (batch > 0.02 * self.top), 0, self.top)
        moments, bands = np.arange(length)[None, :], np.arange(channels)[None, :]
        for _ in range(2):
            size, at = chance.integers(0, 6, (count, 1)), chance.integers(0, length, (count, 1))
            batch[(moments >= at) & (moments < at + size) & (chance.random((count, 1)) < 0.5)] = 0
            size, at = (
                chance.integers(0, 1 + round(0.15 * channels), (count, 1)),
                chance.integers(0, channels, (count, 1)),
            )
            hide = (bands >= at) & (bands < at + size) & (chance.random((count, 1)) < 0.5)
            batch *= ~hide[:, None, :]
        return batch[..., None].astype(np.float32)
