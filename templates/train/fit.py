"""
The gradient steps of `kws-gen train`: windows of features -> a trained network. Everything else is TypeScript.

    python fit.py JOB.json

The job (src/train/fit.ts writes it) names files of features and what is where in them, the network and the recipe.
Progress goes to stdout, one JSON object per line. The state is kept in a checkpoint, so that a run that was ended at
any time goes on and comes to the same weights, bit for bit on the same machine.
"""

import json
import os
import sys
import zipfile

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np
from network import forward, initial
from windows import Windows

# Windows that are normalized together, and whose activations fit a core's cache: twice as fast as all at once.
GROUP = 16
# Windows scored at once while looking for hard ones.
SCORED = 512
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-7
# The running mean of a batch normalization's statistics, and of the weights towards the end.
MOMENTUM, AVERAGING = 0.98, 0.02
# From this part of the steps on weights are averaged.
AVERAGED_FROM = 0.7


def say(**fields) -> None:
    print(json.dumps(fields), flush=True)


class Trainer:
    """One network in the making."""

    def __init__(self, job: dict):
        self.job, self.recipe = job, job["recipe"]
        self.windows = Windows(job)
        self.chance = np.random.default_rng(job["seed"])
        weights, stats = initial(job["network"], self.chance)
        zeros = jax.tree.map(np.zeros_like, weights)
        self.state = {"weights": weights, "first": zeros, "second": zeros, "stats": stats}
        self.average, self.averaged = None, 0
        self.hard = np.zeros(0, np.int64)
        self.done = 0
        self.losses = []
        # What was compiled once is kept beside the models.
        jax.config.update("jax_compilation_cache_dir", os.path.join(job["folder"], "..", "compiled"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 1)
        self._compile()

    def _compile(self) -> None:
        network, recipe = self.job["network"], self.recipe
        smoothing = recipe["smoothing"]

        def loss(weights, x, y, key):
            logits, stats = forward(network, weights, None, x, recipe["dropout"], key)
            wanted = jax.nn.one_hot(y, 2) * (1 - smoothing) + smoothing / 2
            decay = sum(jnp.sum(w**2) for name, w in weights.items() if name.endswith("kernel"))
            entropy = -jnp.mean(jnp.sum(jax.nn.log_softmax(logits) * wanted, -1))
            return entropy + recipe["penalty"] * decay, stats

        def step(state, x, y, key, count, rate):
            weights = state["weights"]
            groups = x.shape[0] // GROUP

            def body(sums, batch):
                (value, stats), slope = jax.value_and_grad(loss, has_aux=True)(weights, *batch)
                return jax.tree.map(jnp.add, sums, (value, stats, slope)), None

            shaped = (x.reshape(groups, GROUP, *x.shape[1:]), y.reshape(groups, GROUP), jax.random.split(key, groups))
            empty = jax.tree.map(jnp.zeros_like, (jnp.float32(0), state["stats"], weights))
            (value, stats, slope), _ = jax.lax.scan(body, empty, shaped)
            slope = jax.tree.map(lambda s: s / groups, slope)
            norm = jnp.sqrt(sum(jnp.sum(s**2) for s in jax.tree.leaves(slope)))
            slope = jax.tree.map(lambda s: s * jnp.minimum(1, 1 / (norm + 1e-12)), slope)
            first = jax.tree.map(lambda m, s: BETA1 * m + (1 - BETA1) * s, state["first"], slope)
            second = jax.tree.map(lambda v, s: BETA2 * v + (1 - BETA2) * s**2, state["second"], slope)
            one, two = 1 - BETA1**count, 1 - BETA2**count

            def moved(w, m, v):
                return w - rate * (m / one / (jnp.sqrt(v / two) + EPSILON) + recipe["decay"] * w)

            return {
                "weights": jax.tree.map(moved, weights, first, second),
                "first": first,
                "second": second,
                "stats": jax.tree.map(lambda o, s: o * MOMENTUM + (1 - MOMENTUM) * s / groups, state["stats"], stats),
            }, value / groups

        def scores(state, x):
            logits, _ = forward(network, state["weights"], state["stats"], x, 0.0, None)
            return logits[:, 1] - logits[:, 0]

        self.step, self.run = jax.jit(step), jax.jit(scores)

    def scores(self, starts: np.ndarray) -> np.ndarray:
        """Logit of the word over that of anything else."""
        out = []
        for at in range(0, len(starts), SCORED):
            some = starts[at : at + SCORED]
            padded = np.resize(some, SCORED)
            out.append(np.asarray(self.run(self.state, self.windows.plain(padded)))[: len(some)])
        return np.concatenate(out) if out else np.zeros(0, np.float32)

    def mine(self) -> None:
        """The windows that are most taken for the word, of a large sample."""
        found = []
        for kind, share in self.recipe["mined"].items():
            pool = self.windows.others[kind]
            count = min(int(self.recipe["sample"] * share), len(pool))
            if count == 0:
                continue
            starts = pool[self.chance.integers(0, len(pool), count)]
            scores = self.scores(starts)
            found.append(starts[np.argsort(-scores, kind="stable")[: max(1, count // 24)]])
        self.hard = np.concatenate([*found, self.hard[: len(self.hard) // 2]])

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        size, windows, chance = self.recipe["batch"], self.windows, self.chance

        def counts(shares: dict, pools: dict, total: int) -> dict:
            there = {kind: share for kind, share in shares.items() if len(pools[kind]) > 0}
            whole = sum(there.values())
            return {kind: int(total * share / whole) for kind, share in there.items()}

        said = int(size * self.recipe["positive"])
        starts = [windows.positives(k, n, chance) for k, n in counts(self.recipe["words"], windows.words, said).items()]
        positive = sum(map(len, starts))
        hard = int(size * self.recipe["hard"]) if len(self.hard) > 0 else 0
        rest = counts(self.recipe["others"], windows.others, size - positive - hard)
        starts += [windows.negatives(kind, count, chance) for kind, count in rest.items()]
        if hard > 0:
            starts.append(self.hard[chance.integers(0, len(self.hard), hard)])
        missing = size - sum(map(len, starts))
        if missing > 0:
            kind = max(rest, key=rest.get)
            starts.append(windows.negatives(kind, missing, chance))
        wanted = np.zeros(size, np.int32)
        wanted[:positive] = 1
        # Every group gets some of each.
        order = np.arange(size).reshape(GROUP, size // GROUP).T.ravel()
        x = windows.warped(np.concatenate(starts), chance)
        return x[order], wanted[order]

    def rate(self, n: int) -> float:
        steps = self.recipe["steps"]
        warmup = min(200, steps // 5)
        if n < warmup:
            return self.recipe["rate"] * (n + 1) / warmup
        part = (n - warmup) / max(1, steps - warmup)
        return self.recipe["rate"] * (0.005 + 0.995 * 0.5 * (1 + np.cos(np.pi * part)))

    def fit(self, checkpoint: str) -> None:
        steps = self.recipe["steps"]
        minings = {round(share * steps) for share in self.recipe["minings"]}
        every = max(1, min(250, steps // 4))
        parent = os.getppid()
        while self.done < steps:
            if os.getppid() != parent:
                raise SystemExit("kws-gen has ended; what is done is kept")
            n = self.done
            if n in minings:
                self.mine()
            x, y = self.batch()
            key = jax.random.PRNGKey(self.chance.integers(0, 2**31))
            self.state, loss = self.step(self.state, x, y, key, n + 1.0, np.float32(self.rate(n)))
            self.losses.append(float(loss))
            if not np.isfinite(self.losses[-1]):
                raise SystemExit(f"the loss is no number any more at step {n + 1}")
            if n >= steps * AVERAGED_FROM and n % 10 == 0:
                self._remember()
            self.done = n + 1
            if self.done % 10 == 0 or self.done == steps:
                say(step=self.done, of=steps, loss=float(np.mean(self.losses[-50:])))
            if self.done % every == 0:
                self.save(checkpoint)

    def _remember(self) -> None:
        """Keeps a running mean of the weights: better than the last ones."""
        now = {kind: {k: np.asarray(v) for k, v in self.state[kind].items()} for kind in ("weights", "stats")}
        self.averaged += 1
        # At first the plain mean: what came before the first steps that count has no weight.
        share = np.float32(max(AVERAGING, 1 / self.averaged))
        self.average = jax.tree.map(lambda old, new: old + (new - old) * share, self.average or now, now)

    def save(self, path: str) -> None:
        arrays = {"hard": self.hard, "losses": np.array(self.losses[-50:])}
        averages = {f"average-{kind}": values for kind, values in (self.average or {}).items()}
        for kind, values in (self.state | averages).items():
            arrays |= {f"{kind}/{name}": np.asarray(value) for name, value in values.items()}
        arrays["chance"] = np.array(json.dumps(self.chance.bit_generator.state))
        arrays["done"], arrays["averaged"] = np.array(self.done), np.array(self.averaged)
        part = f"{path}.{os.getpid()}.part"
        with open(part, "wb") as file:
            np.savez(file, **arrays)
        os.replace(part, path)

    def resume(self, path: str) -> None:
        with np.load(path) as file:
            for kind, values in self.state.items():
                self.state[kind] = {name: file[f"{kind}/{name}"] for name in values}
            if any(name.startswith("average-") for name in file.files):
                self.average = {
                    kind: {name: file[f"average-{kind}/{name}"] for name in self.state[kind]}
                    for kind in ("weights", "stats")
                }
            self.hard, self.losses = file["hard"], list(file["losses"])
            self.chance.bit_generator.state = json.loads(str(file["chance"]))
            self.done, self.averaged = int(file["done"]), int(file["averaged"])

    def export(self, folder: str) -> None:
        """weights.bin, float32 little-endian, and weights.json: name and shape of each, in order."""
        kept = self.average or self.state
        listed, data = [], []
        for kind in ("weights", "stats"):
            for name, value in kept[kind].items():
                array = np.asarray(value, "<f4")
                listed.append({"name": name, "shape": list(array.shape)})
                data.append(array.tobytes())
        for name, content in (("weights.bin", b"".join(data)), ("weights.json", json.dumps(listed).encode())):
            path = os.path.join(folder, name)
            with open(path + ".part", "wb") as file:
                file.write(content)
            os.replace(path + ".part", path)


def main() -> None:
    with open(sys.argv[1]) as file:
        job = json.load(file)
    trainer = Trainer(job)
    checkpoint = os.path.join(job["folder"], "checkpoint.npz")
    if os.path.exists(checkpoint):
        try:
            trainer.resume(checkpoint)
            say(resumed=trainer.done)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
            # Cut or damaged: what it would have gone on from is computed again.
            say(dropped=str(problem))
            trainer = Trainer(job)
    trainer.fit(checkpoint)
    trainer.export(job["folder"])
    say(done=True, **trainer.windows.summary())


if __name__ == "__main__":
    main()
