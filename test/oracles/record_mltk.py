"""Records what MLTK's own micro front end computes with settings that micro_speech does not have.

    python record_mltk.py PROGRAM

PROGRAM is mltk_frontend.cc, compiled with cpp/shared/microfrontend of SiliconLabs/mltk (all of lib/ but the files that
read and write tables; MLTK computes with kissfft on hosts) and kissfft, FIXED_POINT 16; of `sl_status.h` no more is
needed than sl_status_t, SL_STATUS_OK and SL_STATUS_FAIL. Writes test/golden/micro-settings.json: settings as
descriptions of front ends have them, and per signal the number of frames and the SHA-256 of all of them as 16-bit
integers.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from signals import SIGNALS, signal

ROWS = Path(__file__).parent.parent / "golden" / "micro-settings.json"
LENGTH = 16000

NOISE = {"smoothingBits": 10, "evenSmoothing": 0.025, "oddSmoothing": 0.06, "minSignalRemaining": 0.05}
PCAN = {"strength": 0.95, "offset": 80, "gainBits": 21}
USUAL = {
    "sampleRate": 16000,
    "windowMs": 30,
    "stepMs": 20,
    "channels": 40,
    "lowerBandLimit": 125,
    "upperBandLimit": 7500,
}
SETTINGS = [
    {},
    # keyword_spotting_alexa.
    {
        "stepMs": 10,
        "channels": 108,
        "noiseReduction": {"minSignalRemaining": 0.4},
        "pcan": None,
        "dcNotch": 0.95,
        "dynamicRangeDb": 40,
    },
    {"pcan": None, "noiseReduction": None},
    {"pcan": None},
    {"noiseReduction": {"smoothingBits": 12, "evenSmoothing": 0.2, "oddSmoothing": 0.01}},
    {"pcan": {"strength": 0.7, "offset": 40, "gainBits": 18}},
    {"pcan": {"strength": 1.2, "offset": 500.5, "gainBits": 25}, "noiseReduction": {"minSignalRemaining": 0}},
    {"logBits": None},
    {"logBits": None, "pcan": None, "noiseReduction": None},
    {"logBits": 9, "channels": 32, "windowMs": 25},
    {"logBits": 0, "dcNotch": 0.5},
    {"dcNotch": 0.999, "channels": 104, "windowMs": 32, "stepMs": 32},
    {"sampleRate": 8000, "channels": 64, "upperBandLimit": 3800, "lowerBandLimit": 20, "windowMs": 20},
    {"channels": 128, "lowerBandLimit": 0, "upperBandLimit": 7999, "pcan": None},
]


def arguments(settings):
    spec = USUAL | settings
    noise, pcan = (settings.get(key, {}) for key in ("noiseReduction", "pcan"))
    log = settings.get("logBits", 6)
    return [
        *(spec[key] for key in USUAL),
        int(noise is not None),
        *(NOISE | (noise or {})).values(),
        int(pcan is not None),
        *(PCAN | (pcan or {})).values(),
        int(log is not None),
        log or 0,
        int("dcNotch" in settings),
        settings.get("dcNotch", 0),
    ]


def record(program, settings, name):
    pcm = signal(name, LENGTH).astype("<i2").tobytes()
    command = [program, *map(str, arguments(settings))]
    frames = subprocess.run(command, input=pcm, stdout=subprocess.PIPE, check=True).stdout
    size = 2 * (USUAL | settings)["channels"]
    return {"frames": len(frames) // size, "sha256": hashlib.sha256(frames).hexdigest()}


def main(program):
    rows = [
        {"settings": USUAL | settings, **{name: record(program, settings, name) for name in SIGNALS}}
        for settings in SETTINGS
    ]
    ROWS.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
