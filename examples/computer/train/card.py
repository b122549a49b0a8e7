"""The figures in the model card, from results.json: what stands between the two marks in ../README.md."""

import os

BEGIN, END = "<!-- results: made by train/card.py -->", "<!-- end of results -->"


def _share(counts: dict) -> str:
    low, high = (f"{100 * bound:.1f}" for bound in counts["bounds"])
    return f"{counts['misses']} of {counts['clips']} ({100 * counts['share']:.1f} %, 95 % {low}…{high})"


def _rate(counts: dict) -> str:
    low, high = (f"{bound:.2f}" for bound in counts["bounds"])
    hours = f"{counts['falseAccepts']} in {counts['hours']:.2f} h"
    if counts["falseAccepts"] == 0:
        return f"{hours} (at most {high} per hour, 95 %)"
    return f"{hours} ({counts['perHour']:.2f} per hour, 95 % {low}…{high})"


def _each(counts: dict) -> str:
    return f"the worst of {counts['models']} models (missed: {', '.join(map(str, counts['missed']))})"


def results(figures: dict) -> str:
    """Tables of misses and false accepts."""
    board, int8, shipped = figures.get("board"), figures["int8"], figures["shipped"]
    rows = [
        ("kept out, same campaign", _share(figures["sameCampaign"])),
        (f'"hey computer", other people and microphone, {_each(figures["elsewhere"])}', _share(figures["elsewhere"])),
        *((f"kept out, {name} of noise", _share(counts)) for name, counts in figures["noise"].items()),
        *((f"kept out, {name}", _share(counts)) for name, counts in figures["settings"].items()),
    ]
    lines = ["| recordings | misses |", "| --- | --- |", *(f"| {name} | {text} |" for name, text in rows), ""]
    lines += ["| negatives | false accepts |", "| --- | --- |"]
    lines += [f"| people, kept out | {_rate(figures['realNegatives'])} |"]
    lines += [f"| synthesisers, everyday sentences and commands | {_rate(figures['syntheticEveryday'])} |"]
    alike = "synthesisers, words and phrases chosen to sound alike, other languages"
    lines += [f"| {alike} | {_rate(figures['syntheticAlike'])} |", ""]
    lines += ["| false accepts of people | fewest misses |", "| --- | --- |"]
    hours, clips = figures["realNegatives"]["hours"], figures["sameCampaign"]["clips"]
    for point in figures["curve"]:
        accepts = point["falseAccepts"]
        lines.append(f"| {accepts} ({accepts / hours:.2f} per hour) | {point['misses']} of {clips} |")
    points = ", ".join(f"{point['cutoff']} over {point['window']}" for point in figures["points"])
    lines += [
        "",
        f"Operating points of the folds, each chosen on the other folds for {figures['budget']} false accepts per hour "
        f"(cutoff over window): {points}. The shipped one, {shipped['cutoff']} over {shipped['window']}, is chosen on "
        f"all of them: {shipped['misses']} misses of {shipped['clips']} and {shipped['falseAccepts']} false accepts in "
        f"{shipped['hours']:.2f} h there, on the data it was chosen on.",
        "",
        f"**int8 against float**, {int8['clips']} of the kept-out recordings decided right: float "
        f"{100 * int8['floatRight']:.2f} %, int8 {100 * int8['int8Right']:.2f} %; both are on the same side of one "
        f"half in {100 * int8['inferencesOnTheSameSide']:.2f} % of the inferences.",
    ]
    if board is not None:
        words, others = board["computer"], board["other"]
        named = f"{words['clips']} recordings of the word and {others['clips']} of other talk"
        equal, of = (sum(part[key] for part in (words, others)) for key in ("inferencesEqual", "inferences"))
        heard, decisions = (sum(part[key] for part in (words, others)) for key in ("detectionsEqual", "detections"))
        lines += [
            "",
            f"**On {board['board']}**, {named}, all kept out, were played to the firmware, each to the "
            f"model of its fold: {equal:,} of {of:,} scores and {heard} of {decisions} decisions are the host's.",
        ]
    return "\n".join(lines)


def update(example: str, figures: dict) -> None:
    path = os.path.join(example, "README.md")
    with open(path) as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    with open(path, "w") as file:
        file.write(f"{before}{BEGIN}\n\n{results(figures)}\n\n{END}{after}")
