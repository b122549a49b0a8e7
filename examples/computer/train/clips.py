"""The clips of the demonstration: said by synthesisers, so that they may be passed on."""

import os

import augment
import corpus
import numpy as np
import soundfile
from synthesis import RATE, Order, make

# Folder and name, engine, voice, text.
CLIPS = [
    ("computer/arctic-slt", "flite", "slt", "computer"),
    ("computer/arctic-rms", "flite", "rms", "hey computer"),
    ("computer/arctic-awb", "flite", "awb", "okay computer"),
    ("computer/pico-us", "pico", "en-US", "computer"),
    ("computer/pico-gb", "pico", "en-GB", "hello computer"),
    ("computer/espeak-us", "espeak", "en-us+f3", "hey computer"),
    ("computer/espeak-gb", "espeak", "en-gb+m3", "computer"),
    ("computer/hts-slt", "festival", "cmu_us_slt_arctic_hts", "computer"),
    ("computer/kal", "flite", "kal16", "hi computer"),
    ("computer/ked", "festival", "ked_diphone", "computer"),
    ("other/arctic-slt", "flite", "slt", "turn on the light in the kitchen"),
    ("other/arctic-rms", "flite", "rms", "the commuter train is late again"),
    ("other/arctic-awb", "flite", "awb", "what is the weather tomorrow"),
    ("other/pico-us", "pico", "en-US", "my tutor is looking for a new scooter"),
    ("other/pico-gb", "pico", "en-GB", "set a timer for ten minutes please"),
    ("other/espeak-us", "espeak", "en-us+f3", "the company competes in the future"),
    ("other/espeak-gb", "espeak", "en-gb+m3", "one two three four five six seven"),
    ("other/hts-slt", "festival", "cmu_us_slt_arctic_hts", "come to her when you are ready"),
    ("other/kal", "flite", "kal16", "good morning, how are you today"),
    ("other/ked", "festival", "ked_diphone", "the community centre is open until nine"),
]
# Before and after the speech, seconds, and the level of the room's noise in dB of full scale.
BEFORE, AFTER, FLOOR = 0.4, 0.6, -62


def make_clips(folder: str) -> None:
    """Writes folder/computer/*.flac and folder/other/*.flac."""
    chance = np.random.default_rng(1)
    for name, engine, voice, text in CLIPS:
        path = os.path.join(folder, f"{name}.flac")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path):
            os.remove(path)
        make(Order(path, engine, voice, text, 1.0, 1.0))
        speech = corpus.load(path)
        speech = speech / augment.speech_level(speech) * augment.decibels(-23)
        begin, end = round(BEFORE * RATE), round(AFTER * RATE)
        sound = np.pad(speech, (begin, end))
        sound += chance.normal(0, augment.decibels(FLOOR), len(sound)).astype(np.float32)
        soundfile.write(path, augment.pcm(sound), RATE)
