"""What rooms, microphones and people do to speech: every function takes and returns sound at 16 kHz, -1 ... 1."""

import numpy as np
from scipy.fft import next_fast_len
from scipy.signal import fftconvolve, resample_poly

RATE = 16000


def rms(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(sound**2) + 1e-12))


def speech_level(sound: np.ndarray) -> float:
    """RMS of the frames of 20 ms that are within 20 dB of the loudest one."""
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    if len(frames) == 0:
        return rms(sound)
    energy = (frames**2).mean(axis=1)
    return float(np.sqrt(energy[energy >= energy.max() / 100].mean() + 1e-12))


def decibels(value: float) -> float:
    return 10 ** (value / 20)


def faster(sound: np.ndarray, factor: float) -> np.ndarray:
    """Played `factor` times as fast: pitch and formants move with it, as with another speaker."""
    up = round(100 / factor)
    return sound if up == 100 else resample_poly(sound, up, 100).astype(np.float32)


def spoken_faster(sound: np.ndarray, factor: float) -> np.ndarray:
    """Said `factor` times as fast at the same pitch: overlapping pieces of 32 ms, each laid where it fits best."""
    size, search = 512, 128
    hop = size // 2
    count = int((len(sound) / factor - size) / hop)
    if count < 2:
        return sound
    window = np.hanning(size + 1)[:size].astype(np.float32)
    padded = np.pad(sound, (search, size + 2 * search))
    out = np.zeros((count + 1) * hop + size, np.float32)
    last = 0
    for n in range(count):
        at = int(n * hop * factor)
        if n > 0:
            wanted = padded[search + last + hop : search + last + hop + hop]
            around = padded[at : at + 2 * search + hop]
            at += int(np.argmax(np.correlate(around, wanted, "valid"))) - search
        at = max(at, -search)
        out[n * hop : n * hop + size] += padded[search + at : search + at + size] * window
        last = at
    return out


def _response(length: int, points: list[tuple[float, float]]) -> np.ndarray:
    """Gain per bin of a spectrum, straight in dB between (Hz, dB) over the logarithm of frequency."""
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    at = np.log([max(point[0], 1) for point in points])
    return 10 ** (np.interp(np.log(np.maximum(hertz, 1)), at, [point[1] for point in points]) / 20)


def microphone(sound: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """An uneven response; often nothing below some 300 Hz or above some 4 kHz."""
    knots = np.sort(np.exp(chance.uniform(np.log(80), np.log(7500), 5)))
    spread = chance.uniform(0, 7)
    points = [(float(f), float(chance.normal(0, spread))) for f in knots]
    length = next_fast_len(len(sound) + 2048, True)
    gain = _response(length, points)
    if chance.random() < 0.5:
        edge = np.exp(chance.uniform(np.log(60), np.log(400)))
        slope = chance.uniform(6, 36)
        gain *= _response(length, [(edge / 16, -4 * slope), (edge, 0), (8000, 0)])
    if chance.random() < 0.5:
        edge = np.exp(chance.uniform(np.log(2800), np.log(7500)))
        slope = chance.uniform(12, 90)
        gain *= _response(length, [(20, 0), (edge, 0), (edge * 2, -slope), (edge * 4, -2 * slope)])
    return np.fft.irfft(np.fft.rfft(sound, length) * gain, length)[: len(sound)].astype(np.float32)


def room(sound: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Direct sound, a few reflections and a decaying tail; the length stays."""
    seconds = np.exp(chance.uniform(np.log(0.08), np.log(0.8)))
    length = int(seconds * RATE)
    time = np.arange(length) / RATE
    tail = chance.normal(0, 1, length) * 10 ** (-3 * time / seconds)
    tail[: int(0.002 * RATE)] = 0
    # Walls take high frequencies first.
    tail = np.convolve(tail, np.exp(-np.arange(8) / chance.uniform(0.1, 3)), "same")
    direct_to_tail = decibels(chance.uniform(-4, 14))
    response = tail / (np.sqrt(np.sum(tail**2)) + 1e-9) / direct_to_tail
    response[0] = 1
    for _ in range(chance.integers(0, 6)):
        response[chance.integers(16, min(length, 400))] += chance.uniform(-0.5, 0.5)
    return fftconvolve(sound, response.astype(np.float32))[: len(sound)].astype(np.float32)


def coloured(length: int, chance: np.random.Generator) -> np.ndarray:
    """Noise with a slope between white and brown, and a few humps."""
    size = next_fast_len(length + 256, True)
    spectrum = np.fft.rfft(chance.normal(0, 1, size))
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 20)
    gain = hertz ** -chance.uniform(0, 1.2)
    for _ in range(chance.integers(0, 4)):
        centre, width = chance.uniform(60, 6000), chance.uniform(0.02, 0.5)
        gain *= 1 + chance.uniform(0, 8) * np.exp(-((np.log(hertz / centre) / width) ** 2))
    noise = np.fft.irfft(spectrum * gain, size)[:length]
    if chance.random() < 0.4:
        # Louder and quieter, as wind and passing cars are.
        knots = decibels(1) ** chance.normal(0, chance.uniform(1, 8), max(2, length // 6000))
        noise *= np.interp(np.linspace(0, 1, length), np.linspace(0, 1, len(knots)), knots)
    return (noise / rms(noise)).astype(np.float32)


def music(length: int, chance: np.random.Generator) -> np.ndarray:
    """Chords of a plucked or blown kind, with a beat under them."""
    out = np.zeros(length, np.float32)
    beat = int(RATE * chance.uniform(0.2, 0.6))
    root = chance.uniform(80, 250)
    partials, fade = chance.integers(2, 9), chance.uniform(0.5, 6)
    for at in range(0, length, beat):
        time = np.arange(min(beat * 2, length - at)) / RATE
        note = np.zeros(len(time))
        for step in chance.choice([0, 2, 4, 5, 7, 9, 11, 12, 16, 19], chance.integers(1, 4), False):
            hertz = root * 2 ** (step / 12)
            for partial in range(1, partials + 1):
                if hertz * partial < 7800:
                    phase = chance.uniform(0, 6.28)
                    note += np.sin(2 * np.pi * hertz * partial * time + phase) / partial ** chance.uniform(0.5, 1.5)
        out[at : at + len(time)] += (note * np.exp(-fade * time)).astype(np.float32)
        if chance.random() < 0.5:
            drum = chance.normal(0, 2, min(1600, length - at)) * np.exp(-np.arange(min(1600, length - at)) / 300)
            out[at : at + len(drum)] += drum.astype(np.float32)
    return out / rms(out)


def clicks(length: int, chance: np.random.Generator) -> np.ndarray:
    """Dishes, keys, a door: short bursts of resonances, and silence."""
    out = np.zeros(length, np.float32)
    for _ in range(chance.integers(1, 2 + length // 6000)):
        size = int(RATE * chance.uniform(0.005, 0.25))
        time = np.arange(size) / RATE
        burst = chance.normal(0, 1, size) * chance.uniform(0, 1)
        for _ in range(chance.integers(1, 5)):
            burst += np.sin(2 * np.pi * np.exp(chance.uniform(5.5, 8.8)) * time)
        burst *= np.exp(-time * chance.uniform(10, 200)) * decibels(chance.uniform(-12, 0))
        at = chance.integers(0, max(1, length - size))
        out[at : at + size] += burst[: length - at].astype(np.float32)
    return out / rms(out)


def background(length: int, voices: list, recorded: list, chance: np.random.Generator) -> np.ndarray:
    """Something to be heard through, RMS 1. `voices` and `recorded` are lists of sounds to draw from."""
    kind = chance.choice(["noise", "music", "clicks", "babble", "recorded"], p=[0.42, 0.14, 0.12, 0.2, 0.12])
    if kind == "music":
        return music(length, chance)
    if kind == "clicks":
        return clicks(length, chance)
    if kind == "noise" or not recorded or not voices:
        return coloured(length, chance)
    out = np.zeros(length, np.float32)
    for _ in range(chance.integers(3, 8) if kind == "babble" else chance.integers(1, 3)):
        pool = voices if kind == "babble" else recorded
        sound = pool[chance.integers(len(pool))]
        looped = np.resize(np.roll(sound, chance.integers(len(sound))), length)
        out += looped / rms(looped) * decibels(chance.uniform(-6, 0))
    if kind == "recorded":
        out = microphone(out, chance)
    return out / rms(out)


def mu_law(sound: np.ndarray) -> np.ndarray:
    """As a telephone codes it: 8 bits."""
    coded = np.round(np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256) * 127) / 127
    return (np.sign(coded) * (256 ** np.abs(coded) - 1) / 255).astype(np.float32)


def band_limited(sound: np.ndarray, edge: float) -> np.ndarray:
    """Nothing above `edge` Hz."""
    length = next_fast_len(len(sound) + 2048, True)
    gain = _response(length, [(20, 0), (edge * 0.93, 0), (edge * 1.03, -70), (8000, -90)])
    return np.fft.irfft(np.fft.rfft(sound, length) * gain, length)[: len(sound)].astype(np.float32)


def pcm(sound: np.ndarray) -> np.ndarray:
    """int16, clipped where it is too loud."""
    return np.clip(np.round(sound * 32767), -32768, 32767).astype(np.int16)


def telephone(sound: np.ndarray) -> np.ndarray:
    """300 to 3400 Hz."""
    length = next_fast_len(len(sound) + 2048, True)
    gain = _response(length, [(20, -60), (200, -30), (300, 0), (3400, 0), (3900, -60), (8000, -80)])
    return np.fft.irfft(np.fft.rfft(sound, length) * gain, length)[: len(sound)].astype(np.float32)
