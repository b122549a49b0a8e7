"""FLAC by libFLAC, which libsndfile carries.

flac_files.py read: paths on stdin, one a line; a JSON list of {rate, bits, sha256 per channel of int32} goes out.
flac_files.py write FOLDER: a file for every level, depth, number of channels and kind of sound.
"""

import hashlib
import json
import sys

import numpy as np
import soundfile
from signals import noise, syllables

DEPTHS = {"PCM_S8": 8, "PCM_16": 16, "PCM_24": 24}


def read(paths):
    answers = []
    for path in paths:
        with soundfile.SoundFile(path) as file:
            bits = DEPTHS[file.subtype]
            # Left-justified in 32 bits.
            samples = file.read(dtype="int32", always_2d=True) >> (32 - bits)
            digests = [hashlib.sha256(np.ascontiguousarray(channel).tobytes()).hexdigest() for channel in samples.T]
            answers.append({"rate": file.samplerate, "bits": bits, "sha256": digests})
    return answers


def sounds(length, bits):
    scale = 2.0 ** (bits - 16)
    speech = np.array(syllables(length)) * scale
    hiss = np.array(noise(length, 5)) * scale
    silence = np.zeros(length)
    silence[length // 2] = 1
    quiet = speech / 2**6
    wasted = np.floor(speech / 8) * 8
    return {"speech": speech, "hiss": hiss, "silence": silence, "quiet": quiet, "wasted": wasted}


def write(folder):
    length = 4500
    for subtype, bits in DEPTHS.items():
        for name, sound in sounds(length, bits).items():
            for channels in (1, 2, 8) if name == "speech" else (1, 2):
                for level in range(9):
                    shifted = [np.roll(sound, 3 * c) * (1 - 0.05 * c) for c in range(channels)]
                    values = np.floor(np.array(shifted)).astype(np.int64).T
                    left = np.ascontiguousarray(values << (32 - bits)).astype(np.int32)
                    path = f"{folder}/{bits}-{name}-{channels}-{level}.flac"
                    options = {"subtype": subtype, "format": "FLAC", "compression_level": level / 8}
                    soundfile.write(path, left, 16000, **options)


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    json.dump(read([line.strip() for line in sys.stdin if line.strip()]), sys.stdout)
