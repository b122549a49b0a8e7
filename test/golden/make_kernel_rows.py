"""Runs the kernel rows through TensorFlow Lite Micro's interpreter and records its answers: `npm run golden kernels`.

    make_kernel_rows.py ROWS.json GOLDEN.json

A row is recorded under its name as the start of the SHA-256 of its outputs, or as null where the interpreter
refuses it.
"""

import hashlib
import json
import os
import sys

import numpy as np
from tflite_micro.python.tflite_micro import runtime

TYPES = {"int8": np.int8, "uint8": np.uint8, "float32": np.float32}


def outputs_of(row):
    interpreter = runtime.Interpreter.from_bytes(bytes.fromhex(row["tflite"]), arena_size=1_000_000)
    for index, spec in enumerate(row["inputs"]):
        values = np.frombuffer(bytes.fromhex(spec["hex"]), TYPES[spec["type"]])
        interpreter.set_input(values.reshape(spec["shape"]), index)
    interpreter.invoke()
    return [np.ascontiguousarray(interpreter.get_output(i)).tobytes() for i in range(row["outputs"])]


def digest_of(row):
    """In a process of its own: the interpreter aborts on what it does not expect."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            os.write(writing, hashlib.sha256(b"".join(outputs_of(row))).hexdigest()[:16].encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        digest = answer.read().decode()
    os.waitpid(child, 0)
    return digest or None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = json.load(file)
    golden = {
        "reference": "tflite-micro 0.dev20261023182759 (PyPI), reference kernels, x86-64",
        "rows": {row["name"]: digest_of(row) for row in rows},
    }
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=2)
        file.write("\n")


main()
