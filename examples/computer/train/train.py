"""
Makes the example's model, from recordings to figures.

    python train.py --data AUDIO --work FOLDER

AUDIO has the recordings, one folder per word (corpus.py says which); FOLDER takes what is made on the way, and what is
there already is kept: a run that was broken off goes on where it was. README.md says how long it takes and what it
needs.
"""

import argparse
import json
import os
import subprocess
import sys

import corpus
import synthesis
import words
from corpus import FOLDS, NO_FOLD, OUTSIDE, Source

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 1
# Clips of synthesisers with the word, and without it.
CALLS, TALKS = 1000, 1600
# How often everything is heard anew: another room, microphone, noise, pace. About seven hours each.
ROUNDS = 6
# Every model: one per fold that is left out, and the one that leaves nothing out.
MODELS = [f"fold-{fold}" for fold in range(FOLDS)] + ["final"]


def sources(data: str, speech: str) -> list[Source]:
    """Recordings of people and clips of synthesisers."""
    listed = corpus.recordings(data)
    for kind, has_word in (("call", True), ("talk", False)):
        paths = corpus.sounds(os.path.join(speech, kind))
        listed += [Source(path, kind, NO_FOLD, has_word) for path in paths]
    return listed


def unheard(work: str) -> list[Source]:
    """Other sentences of the same voices, which no model hears: everyday ones, and those made to sound alike."""
    folder = os.path.join(work, "speech-held-out")
    synthesis.synthesise(folder, 0, TALKS, SEED + 1)
    ordered = synthesis.orders(folder, "talk", TALKS, SEED + 1)
    return [Source(o.path, "everyday" if words.everyday(o.text) else "alike", NO_FOLD, False) for o in ordered]


def left_out(name: str) -> set[int]:
    """The parts of the corpus that a model never hears."""
    return set() if name == "final" else {int(name.removeprefix("fold-")), OUTSIDE}


def fit_one(work: str, name: str) -> None:
    """One model, in a process of its own."""
    import export
    import fit
    import prepare

    fit.threads(1)
    features = os.path.join(work, "features")
    data = prepare.Frames(features, prepare.names_of(ROUNDS))
    trainer = fit.Trainer(data, left_out(name), fit.Recipe(), SEED)
    model = trainer.fit(lambda text: fit.log(f"{name}: {text}"))
    folder = os.path.join(work, "models", name)
    os.makedirs(folder, exist_ok=True)
    model.save(os.path.join(folder, "model.keras"))
    export.save(model, folder)


def fit_all(work: str, names: list[str], at_once: int) -> None:
    """Each with one core: that is faster than one after the other with all of them."""
    waiting = [name for name in names if not os.path.exists(os.path.join(work, "models", name, "model.json"))]
    running: dict[str, subprocess.Popen] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            name = waiting.pop(0)
            running[name] = subprocess.Popen([sys.executable, __file__, "--work", work, "--fit", name])
        name, process = next(iter(running.items()))
        if process.wait() != 0:
            for other in running.values():
                other.terminate()
            raise SystemExit(f"{name}: training failed with exit code {process.returncode}")
        del running[name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of recordings: computer/, jarvis/, sentences/, ...")
    parser.add_argument("--work", required=True, help="folder for what is made on the way")
    parser.add_argument("--models", nargs="*", default=MODELS, help=f"of {' '.join(MODELS)}")
    parser.add_argument("--at-once", type=int, default=os.cpu_count(), help="models trained side by side")
    parser.add_argument("--judge", action="store_true", help="only work out the figures of models that are there")
    parser.add_argument("--board", help="only play every held-out recording to this board and compare it with the host")
    parser.add_argument("--fit", help=argparse.SUPPRESS)
    given = parser.parse_args()
    work = os.path.abspath(given.work)
    if given.fit:
        fit_one(work, given.fit)
        return
    if not given.data:
        parser.error("--data is missing: the folder of recordings")
    import judge

    results = os.path.join(work, "results.json")
    if given.board:
        with open(results) as file:
            figures = json.load(file)
        played = judge.on_board(work, figures, given.board)
        with open(results) as file:
            figures = {**json.load(file), "board": played}
        _write(results, figures)
        judge.install(work, figures, os.path.dirname(HERE))
        return

    if not given.judge:
        import clips
        import prepare

        clips.make_clips(os.path.join(os.path.dirname(HERE), "clips"))
        synthesis.synthesise(os.path.join(work, "speech"), CALLS, TALKS, SEED)
        everything = sources(given.data, os.path.join(work, "speech"))
        noises = corpus.sounds(os.path.join(given.data, "noise"))
        prepare.prepare(os.path.join(work, "features"), everything, noises, ROUNDS, SEED)
        fit_all(work, given.models, given.at_once)
    figures = judge.judge(work, corpus.recordings(given.data), unheard(work))
    _write(results, figures)
    if os.path.exists(os.path.join(work, "models", "final", "model.json")):
        judge.install(work, figures, os.path.dirname(HERE))


def _write(path: str, figures: dict) -> None:
    with open(path, "w") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
