"""
How well the models hear: k-fold, through `kws-gen evaluate`, each model with recordings it has never heard.

The operating point of a fold's model is chosen on the other folds' recordings, those of the shipped one on all of
them; the figures of a fold are thus of recordings that neither the model nor its setting has seen.
"""

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict

import augment
import card
import corpus
import numpy as np
import soundfile
from corpus import ELSEWHERE, FOLDS, RATE, TALK, WORD, Source
from scipy.stats import beta, chi2

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLE = os.path.dirname(HERE)
TOOL = os.path.join(EXAMPLE, "..", "..", "dist", "cli.js")
# False accepts per hour that the operating point is chosen for.
BUDGET = 0.5
SNRS = [20, 10, 5]
# Negatives that float and int8 are compared on, beside all positives.
COMPARED = ["jarvis", *TALK[1:]]


def tool(folder: str, *arguments: str) -> dict:
    """kws-gen's answer."""
    command = ["node", TOOL, *arguments, "--project", folder, "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command[:4])} ...: {done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def project(work: str, name: str, point: dict | None = None) -> str:
    """A project of the example with another model; its calibration clips are the example's."""
    folder = os.path.join(work, "judged", name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(EXAMPLE, "kws.json")) as file:
        described = json.load(file)
    model = described["models"][0]
    del described["$schema"]
    model["file"] = os.path.join("model", "model.json")
    shutil.copytree(os.path.join(work, "models", name), os.path.join(folder, "model"), dirs_exist_ok=True)
    shutil.copytree(os.path.join(EXAMPLE, "clips"), os.path.join(folder, "clips"), dirs_exist_ok=True)
    model["detector"].pop("tuned", None)
    if point is not None:
        model["detector"] |= {"cutoff": point["cutoff"], "window": point["window"]}
    with open(os.path.join(folder, "kws.json"), "w") as file:
        json.dump(described, file, indent=2)
    return folder


def _copies(folder: str, sources: list[Source]) -> str:
    os.makedirs(folder, exist_ok=True)
    for source in sources:
        target = os.path.join(folder, f"{source.group.replace(os.sep, '-')}-{os.path.basename(source.path)}")
        if not os.path.exists(target):
            shutil.copyfile(source.path, target)
    return folder


def _changed(folder: str, sources: list[Source], change) -> str:
    """The recordings through another microphone or in another room."""
    os.makedirs(folder, exist_ok=True)
    for n, source in enumerate(sources):
        target = os.path.join(folder, os.path.basename(source.path).rsplit(".", 1)[0] + ".wav")
        if not os.path.exists(target):
            sound = change(corpus.load(source.path), np.random.default_rng([n, 7]))
            soundfile.write(target, augment.pcm(sound), RATE)
    return folder


SETTINGS = {
    "nothing above 4 kHz": lambda sound, chance: augment.band_limited(sound, 3900),
    "telephone, 300 to 3400 Hz, mu-law": lambda sound, chance: augment.mu_law(augment.telephone(sound)),
    "24 dB quieter": lambda sound, chance: sound * augment.decibels(-24),
    "12 dB louder, clipped": lambda sound, chance: np.clip(sound * augment.decibels(12), -1, 1),
    "another room, 0.1 to 0.8 s": augment.room,
    "another microphone": augment.microphone,
}


def _noises(folder: str) -> str:
    """What positives are heard in: noises of kinds that training has, made with other seeds."""
    os.makedirs(folder, exist_ok=True)
    chance = np.random.default_rng(99)
    made = {"coloured": augment.coloured, "music": augment.music, "clicks": augment.clicks}
    for name, make in made.items():
        target = os.path.join(folder, f"{name}.wav")
        if not os.path.exists(target):
            soundfile.write(target, augment.pcm(make(20 * RATE, chance) * augment.decibels(-24)), RATE)
    return folder


def _pooled(reports: list[dict]) -> dict[tuple, list[int]]:
    """Misses, clips, false accepts of equal points of several sweeps; those that one has not are left out."""
    sums, seen = defaultdict(lambda: [0, 0, 0]), defaultdict(int)
    for report in reports:
        for point in report["models"][0]["sweep"]:
            key = (point["window"], point["refractoryMs"], point["cutoff"])
            seen[key] += 1
            for n, field in enumerate(("misses", "clips", "falseAccepts")):
                sums[key][n] += point[field]
    return {key: counts for key, counts in sums.items() if seen[key] == len(reports)}


def choose(reports: list[dict], refractory: int, budget: float = BUDGET) -> dict:
    """Fewest misses within the budget; of equals, the middle of the longest range of cutoffs."""
    hours = sum(report["negatives"]["hours"] for report in reports)
    points = {key: c for key, c in _pooled(reports).items() if key[1] == refractory and c[2] <= budget * hours}
    least = min(counts[0] for counts in points.values())
    best = [key for key, counts in sorted(points.items()) if counts[0] == least]
    by_window = defaultdict(list)
    for window, _, cutoff in best:
        by_window[window].append(cutoff)
    window = max(by_window, key=lambda w: (max(by_window[w]) - min(by_window[w]), -w))
    cutoffs = by_window[window]
    middle = min(cutoffs, key=lambda cutoff: abs(cutoff - (cutoffs[0] + cutoffs[-1]) / 2))
    misses, clips, accepts = points[(window, refractory, middle)]
    return {
        "window": window,
        "cutoff": middle,
        "misses": misses,
        "clips": clips,
        "falseAccepts": accepts,
        "hours": hours,
    }


def _curve(reports: list[dict], refractory: int) -> list[dict]:
    """The fewest misses for each number of false accepts."""
    best = {}
    for (_, own, _), (misses, _, accepts) in _pooled(reports).items():
        if own == refractory and accepts <= 40:
            best[accepts] = min(misses, best.get(accepts, 10**9))
    rows, least = [], 10**9
    for accepts in sorted(best):
        if best[accepts] < least:
            least = best[accepts]
            rows.append({"falseAccepts": accepts, "misses": least})
    return rows


def _evaluated(folder: str, positives: str | None, negatives: str | None = None, *more: str) -> dict:
    named = [
        *(("--positives", f"{positives}={WORD}") if positives else ()),
        *(("--negatives", negatives) if negatives else ()),
    ]
    return tool(folder, "evaluate", *named, *more)


def _misses(report: dict) -> list[int]:
    misses = report["models"][0]["operating"]["misses"]
    return [misses["misses"], misses["clips"]]


def _accepts(report: dict) -> list[float]:
    accepts = report["models"][0]["operating"]["falseAccepts"]
    return [accepts["falseAccepts"], accepts["hours"]]


def _binomial(misses: int, clips: int) -> list[float]:
    """Clopper and Pearson's 95 % interval."""
    low = 0.0 if misses == 0 else float(beta.ppf(0.025, misses, clips - misses + 1))
    return [low, 1.0 if misses == clips else float(beta.ppf(0.975, misses + 1, clips - misses))]


def _poisson(count: int, hours: float) -> list[float]:
    """Exact 95 % interval per hour; of none in T hours 3 / T, one-sided."""
    if count == 0:
        return [0.0, 3 / hours]
    return [float(chi2.ppf(0.025, 2 * count)) / 2 / hours, float(chi2.ppf(0.975, 2 * count + 2)) / 2 / hours]


def misses_of(counts: list[list[int]]) -> dict:
    misses, clips = (int(total) for total in np.sum(counts, axis=0))
    return {"misses": misses, "clips": clips, "share": misses / clips, "bounds": _binomial(misses, clips)}


def elsewhere_of(counts: list[list[int]]) -> dict:
    """Every model has judged the same recordings: the bounds are those of the worst one, not of their sum."""
    return {"models": len(counts), "missed": [count[0] for count in counts], **misses_of([max(counts)])}


def accepts_of(counts: list[list[float]]) -> dict:
    accepts, hours = np.sum(counts, axis=0)
    count = int(accepts)
    return {"falseAccepts": count, "hours": hours, "perHour": count / hours, "bounds": _poisson(count, hours)}


def judge(work: str, recordings: list[Source], synthetic: list[Source], folds: int = FOLDS) -> dict:
    """Everything the model card states."""
    held = os.path.join(work, "held-out")
    words, others, reports, folders = [], [], [], []
    for fold in range(folds):
        own = [source for source in recordings if source.fold == fold]
        words.append(_copies(os.path.join(held, f"fold-{fold}", WORD), [s for s in own if s.has_word]))
        others.append(_copies(os.path.join(held, f"fold-{fold}", "other"), [s for s in own if not s.has_word]))
        folders.append(project(work, f"fold-{fold}"))
        say(f"fold {fold}: its held-out recordings at every setting")
        reports.append(_evaluated(folders[fold], words[fold], others[fold]))
    refractory = reports[0]["models"][0]["operating"]["refractoryMs"]
    elsewhere = _copies(os.path.join(held, ELSEWHERE), [s for s in recordings if s.group == ELSEWHERE])
    noises, results = _noises(os.path.join(work, "noises")), defaultdict(list)
    for fold in range(folds):
        rest = [report for n, report in enumerate(reports) if n != fold]
        point = choose(rest, refractory)
        folder = project(work, f"fold-{fold}", point)
        say(f"fold {fold}: cutoff {point['cutoff']}, window {point['window']}, chosen on the others")
        asked = ("--noise", noises, "--snr", ",".join(map(str, SNRS)))
        report = _evaluated(folder, words[fold], others[fold], *asked)
        results["points"].append({key: point[key] for key in ("cutoff", "window")})
        results["same"].append(_misses(report))
        results["accepts"].append(_accepts(report))
        results["wrong"] += report["falseAccepts"]
        results["missed"] += [os.path.basename(clip["clip"]) for clip in report["clips"] if not clip["detected"]]
        for noise in report["models"][0]["noise"]:
            results[f"{noise['snrDb']} dB"].append([noise["misses"]["misses"], noise["misses"]["clips"]])
        results["elsewhere"].append(_misses(_evaluated(folder, elsewhere)))
        own = [source for source in recordings if source.fold == fold and source.has_word]
        for name, change in SETTINGS.items():
            target = os.path.join(held, f"fold-{fold}", name.split(",")[0].replace(" ", "-"))
            results[name].append(_misses(_evaluated(folder, _changed(target, own, change))))
        for kind, counts in _synthetic(work, folder, synthetic, fold, folds).items():
            results[kind].append(counts)
        some = [source for source in recordings if source.fold == fold and source.group in COMPARED]
        silent = _copies(os.path.join(held, f"fold-{fold}", "compared"), some)
        compared = subprocess.run(
            ["node", os.path.join(HERE, "compare.js"), folder, words[fold], silent],
            capture_output=True,
            text=True,
            check=True,
        )
        results["int8"].append(list(json.loads(compared.stdout).values()))
    return _figures(reports, results, refractory)


def _synthetic(work: str, folder: str, sources: list[Source], fold: int, folds: int) -> dict[str, list[float]]:
    """False accepts in speech of synthesisers that no model has heard, shared out among the folds' models."""
    found = {}
    for kind in ("everyday", "alike"):
        target = os.path.join(work, "held-out", f"fold-{fold}", f"synthetic-{kind}")
        own = [source for source in sources if source.group == kind][fold::folds]
        found[kind] = _accepts(_evaluated(folder, None, _copies(target, own)))
    return found


def _figures(reports: list[dict], results: dict, refractory: int) -> dict:
    """Counts of all folds → what is stated."""
    said = [fold[0] for fold in results["int8"]]
    silent = [fold[1] for fold in results["int8"]]
    total = sum(fold["clips"] for fold in said + silent)

    def right(kind: str) -> int:
        fired = sum(fold["both"] + fold[kind] for fold in said)
        return fired + sum(fold["clips"] - fold["both"] - fold[kind] for fold in silent)

    inferences = [sum(fold[key] for fold in said + silent) for key in ("sameSide", "inferences")]
    return {
        "folds": len(reports),
        "budget": BUDGET,
        "points": results["points"],
        "shipped": choose(reports, refractory),
        "curve": _curve(reports, refractory),
        "sameCampaign": misses_of(results["same"]),
        "realNegatives": accepts_of(results["accepts"]),
        "syntheticEveryday": accepts_of(results["everyday"]),
        "syntheticAlike": accepts_of(results["alike"]),
        "elsewhere": elsewhere_of(results["elsewhere"]),
        "noise": {f"{snr} dB": misses_of(results[f"{snr} dB"]) for snr in SNRS},
        "settings": {name: misses_of(results[name]) for name in SETTINGS},
        "int8": {
            "clips": total,
            "floatRight": right("onlyFloat") / total,
            "int8Right": right("onlyInt8") / total,
            "inferencesOnTheSameSide": inferences[0] / inferences[1],
        },
        "missed": sorted(results["missed"]),
        "wrong": [
            {**{key: wrong[key] for key in ("ms", "p")}, "clip": os.path.basename(wrong["clip"])}
            for wrong in results["wrong"]
        ],
    }


def on_board(work: str, figures: dict, board: str) -> dict:
    """Held-out recordings played to a board, too, those of the word first: are its scores and decisions the host's?"""
    played = {}
    for kind in (WORD, "other"):
        sums = {key: 0 for key in ("clips", "inferences", "inferencesEqual", "detections", "detectionsEqual")}
        for fold in range(figures["folds"]):
            device = _on_board(work, fold, kind, figures["points"][fold], board)
            sums["clips"] += device["clips"]
            for what in ("inferences", "detections"):
                sums[what] += device[what]["compared"]
                sums[f"{what}Equal"] += device[what]["equal"]
        played[kind] = sums
    return {"board": board, **played}


def _on_board(work: str, fold: int, kind: str, point: dict, board: str) -> dict:
    """What `evaluate` says of the comparison; kept, for it takes minutes."""
    kept = os.path.join(work, f"{board}-fold-{fold}-{kind}.json")
    if not os.path.exists(kept):
        say(f"fold {fold}: {kind} on {board}")
        clips = os.path.join(work, "held-out", f"fold-{fold}", kind)
        named = (clips, None) if kind == WORD else (None, clips)
        folder = project(work, f"fold-{fold}", point)
        report = _evaluated(folder, *named, "--board", board, "--on-device", "--force")
        with open(kept, "w") as file:
            json.dump(report["device"], file)
    with open(kept) as file:
        return json.load(file)


def install(work: str, figures: dict, example: str) -> None:
    """The model that is shipped, its operating point and the figures, in the example."""
    for name in ("model.json", "weights.bin"):
        shutil.copyfile(os.path.join(work, "models", "final", name), os.path.join(example, "model", name))
    path, point = os.path.join(example, "kws.json"), figures["shipped"]
    with open(path) as file:
        described = json.load(file)
    accepts = accepts_of([[point["falseAccepts"], point["hours"]]])
    described["models"][0]["detector"] |= {
        "cutoff": point["cutoff"],
        "window": point["window"],
        "tuned": {
            "maxFaPerHour": BUDGET,
            "falseAcceptsPerHour": round(accepts["perHour"], 2),
            "falseAcceptsAtMost": round(accepts["bounds"][1], 2),
            "misses": point["misses"],
            "clips": point["clips"],
            "hours": round(point["hours"], 2),
            "date": datetime.date.today().isoformat(),
        },
    }
    text = json.dumps(described, indent=2)
    # Short lists on one line, as the project's formatter has them.
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    with open(path, "w") as file:
        file.write(text + "\n")
    with open(os.path.join(example, "results.json"), "w") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")
    card.update(example, figures)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
