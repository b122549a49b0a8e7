"""Speech of synthesisers: espeak-ng, flite, festival and SVOX Pico, every one free for any use."""

import io
import os
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import soundfile
import words
from scipy.signal import resample_poly

RATE = 16000

ESPEAK_ENGLISH = ["en-gb", "en-us", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"]
ESPEAK_FOREIGN = ["es", "es-419", "de", "it", "fr", "pt", "pt-br", "nl", "pl", "sv", "tr", "hi", "ru"]
ESPEAK_VARIANTS = (
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Alex Andy Annie Denis Diogo Gene Gene2 Hugo Jacky Lee Marco "
    "Mario Michael Mike Nguyen Reed Storm Tweaky adam anika aunty boris caleb david ed edward edward2 grandma "
    "grandpa iven iven2 john kaukovalta klatt klatt2 klatt3 linda marcelo max michel miguel norbert pablo "
    "paul pedro quincy rob robert sandro shelby steph steph2 steph3 travis victor zac"
).split()
FLITE = ["kal16", "awb", "rms", "slt"]
FESTIVAL = ["kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts"]
PICO = {"en-US": "en", "en-GB": "en", "es-ES": "es", "de-DE": "de", "it-IT": "it", "fr-FR": "fr"}


@dataclass(frozen=True)
class Order:
    """A clip that a synthesiser is to make."""

    path: str
    engine: str
    voice: str
    text: str
    # 1 is the voice's own speed and pitch.
    speed: float
    pitch: float


def orders(folder: str, kind: str, count: int, seed: int) -> list[Order]:
    """`count` clips of kind call or talk, over all voices; the same seed orders the same clips."""
    chance = random.Random(f"{kind}-{seed}")
    say = words.call if kind == "call" else words.talk
    listed = []
    for n in range(count):
        engine = chance.choices(["espeak", "flite", "pico", "festival"], [0.45, 0.22, 0.22, 0.11])[0]
        language = "en"
        if engine == "espeak":
            base = chance.choice(ESPEAK_ENGLISH if chance.random() < 0.7 else ESPEAK_FOREIGN)
            language = base.split("-")[0]
            voice = f"{base}+{chance.choice(ESPEAK_VARIANTS)}"
        elif engine == "pico":
            voice = chance.choice(list(PICO))
            language = PICO[voice]
        else:
            voice = chance.choice(FLITE if engine == "flite" else FESTIVAL)
        speed, pitch = chance.uniform(0.8, 1.3), chance.uniform(0.8, 1.25)
        path = os.path.join(folder, kind, f"{n:05d}.flac")
        listed.append(Order(path, engine, voice, say(language, chance), speed, pitch))
    return listed


def _command(order: Order, target: str) -> list[str]:
    if order.engine == "espeak":
        speed, pitch = round(165 * order.speed), round(50 * order.pitch)
        return ["espeak-ng", "-v", order.voice, "-s", str(speed), "-p", str(pitch), "-w", target, order.text]
    stretch = f"{1 / order.speed:.3f}"
    if order.engine == "flite":
        own = {"kal16": 105, "awb": 130, "rms": 110, "slt": 175}[order.voice]
        settings = ["--setf", f"duration_stretch={stretch}", "--setf", f"int_f0_target_mean={own * order.pitch:.0f}"]
        return ["flite", "-voice", order.voice, *settings, "-t", order.text, "-o", target]
    scheme = ["-eval", f"(voice_{order.voice})", "-eval", f"(Parameter.set 'Duration_Stretch {stretch})"]
    return ["text2wave", *scheme, "-o", target]


def _pico(order: Order) -> np.ndarray:
    import ttspico

    engine = ttspico.TtsEngine(order.voice)
    engine.rate = round(100 * order.speed)
    engine.pitch = round(100 * order.pitch)
    return np.frombuffer(engine.speak(order.text), np.int16).astype(np.float32) / 32768


def _spoken(order: Order) -> np.ndarray:
    if order.engine == "pico":
        return _pico(order)
    with tempfile.TemporaryDirectory() as scratch:
        target = os.path.join(scratch, "speech.wav")
        said = order.text.encode() if order.engine == "festival" else None
        subprocess.run(_command(order, target), input=said, check=True, capture_output=True)
        with open(target, "rb") as file:
            sound, rate = soundfile.read(io.BytesIO(file.read()), dtype="float32")
    return resample_poly(sound, RATE, rate).astype(np.float32) if rate != RATE else sound


def make(order: Order) -> str:
    if not os.path.exists(order.path):
        sound = _spoken(order)
        soundfile.write(order.path + ".part", np.clip(sound, -1, 1), RATE, format="FLAC")
        os.replace(order.path + ".part", order.path)
    return order.path


def synthesise(folder: str, calls: int, talks: int, seed: int) -> tuple[list[str], list[str]]:
    """Files of the wake word and of other speech; those that are there already are kept."""
    made = []
    with ProcessPoolExecutor() as pool:
        for kind, count in (("call", calls), ("talk", talks)):
            os.makedirs(os.path.join(folder, kind), exist_ok=True)
            wanted = orders(folder, kind, count, seed)
            paths = []
            for path in pool.map(make, wanted, chunksize=8):
                paths.append(path)
                print(f"\r{len(paths)} of {len(wanted)} clips of speech ({kind})", end="", file=sys.stderr, flush=True)
            print(file=sys.stderr)
            made.append(paths)
    return made[0], made[1]
