"""The networks, as src/train/network.ts describes them: convolutions as sums and products, which XLA makes fast."""

import jax
import jax.numpy as jnp
import numpy as np

EPSILON = 1e-3


def same(size: int, kernel: int, stride: int) -> tuple[int, int, int]:
    """Size of the output and the padding before and after, as TensorFlow pads."""
    out = -(-size // stride)
    pad = max((out - 1) * stride + kernel - size, 0)
    return out, pad // 2, pad - pad // 2


def valid(size: int, kernel: int, stride: int) -> tuple[int, int, int]:
    """The same without padding."""
    return (size - kernel) // stride + 1, 0, 0


def taps(x, kernel: tuple[int, int], stride: int, edges) -> list:
    """[n, rows, columns, channels] -> what each weight of a kernel sees."""
    rows, top, bottom = edges(x.shape[1], kernel[0], stride)
    columns, left, right = edges(x.shape[2], kernel[1], stride)
    x = jnp.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    return [
        x[:, i : i + (rows - 1) * stride + 1 : stride, j : j + (columns - 1) * stride + 1 : stride, :]
        for i in range(kernel[0])
        for j in range(kernel[1])
    ]


def convolved(x, kernel, stride: int, edges):
    seen = jnp.concatenate(taps(x, kernel.shape[:2], stride, edges), -1)
    return seen @ kernel.reshape(-1, kernel.shape[-1])


def depthwise(x, kernel, stride: int, edges):
    weights = kernel.reshape(-1, x.shape[-1])
    return sum(seen * weights[n] for n, seen in enumerate(taps(x, kernel.shape[:2], stride, edges)))


def laid_out(network: dict) -> tuple:
    """How edges are treated, and rows, columns and channels of the input: a streaming network has no columns."""
    if network["kind"] == "streaming":
        return valid, (network["frames"], 1, network["channels"])
    return same, (network["frames"], network["channels"], 1)


def initial(network: dict, chance: np.random.Generator) -> tuple[dict, dict]:
    """Weights and the statistics of the normalizations, before the first step."""
    weights, stats = {}, {}

    def glorot(*shape, fans):
        limit = np.sqrt(6 / sum(fans))
        return chance.uniform(-limit, limit, shape).astype(np.float32)

    def norm(name, width):
        weights[f"{name}_gamma"] = np.ones(width, np.float32)
        weights[f"{name}_beta"] = np.zeros(width, np.float32)
        stats[f"{name}_mean"] = np.zeros(width, np.float32)
        stats[f"{name}_variance"] = np.ones(width, np.float32)

    width, (rows, columns) = network["stem"]["width"], network["stem"]["kernel"]
    edges, (height, breadth, deep) = laid_out(network)
    fans = (rows * columns * deep, rows * columns * width)
    weights["stem_kernel"] = glorot(rows, columns, deep, width, fans=fans)
    norm("stem", width)
    stride = network["stem"]["stride"]
    height, breadth = edges(height, rows, stride)[0], edges(breadth, columns, stride)[0]
    for n, block in enumerate(network["blocks"], 1):
        (rows, columns), stride = block["kernel"], block["stride"]
        size = rows * columns
        weights[f"block{n}_depthwise"] = glorot(rows, columns, width, 1, fans=(size * width, size))
        weights[f"block{n}_kernel"] = glorot(1, 1, width, block["width"], fans=(width, block["width"]))
        width = block["width"]
        height, breadth = edges(height, rows, stride)[0], edges(breadth, columns, stride)[0]
        norm(f"block{n}", width)
    weights["head_depthwise"] = glorot(height, breadth, width, 1, fans=(height * breadth * width, height * breadth))
    norm("head", width)
    weights["word_dense"] = glorot(width, 2, fans=(width, 2))
    weights["word_bias"] = np.zeros(2, np.float32)
    return weights, stats


def forward(network: dict, weights: dict, stats: dict | None, x, dropout: float, key):
    """
    [n, frames, channels, 1] -> logits of other and the word, and the means and variances of this batch.

    With `stats` those are used in place of the batch's own: that is how the network is run.
    """
    seen = {}

    def normed(name, x):
        if stats is None:
            mean = jnp.mean(x, (0, 1, 2))
            variance = jnp.mean((x - mean) ** 2, (0, 1, 2))
            seen[f"{name}_mean"], seen[f"{name}_variance"] = mean, variance
        else:
            mean, variance = stats[f"{name}_mean"], stats[f"{name}_variance"]
        scaled = (x - mean) * jax.lax.rsqrt(variance + EPSILON)
        return jax.nn.relu(scaled * weights[f"{name}_gamma"] + weights[f"{name}_beta"])

    edges, shape = laid_out(network)
    x = x.reshape(-1, *shape)
    x = normed("stem", convolved(x, weights["stem_kernel"], network["stem"]["stride"], edges))
    for n, block in enumerate(network["blocks"], 1):
        x = depthwise(x, weights[f"block{n}_depthwise"], block["stride"], edges)
        x = normed(f"block{n}", x @ weights[f"block{n}_kernel"][0, 0])
    x = jnp.sum(x * weights["head_depthwise"][..., 0], (1, 2), keepdims=True)
    x = normed("head", x)[:, 0, 0, :]
    if stats is None:
        x = x * jax.random.bernoulli(key, 1 - dropout, x.shape) / (1 - dropout)
    return x @ weights["word_dense"] + weights["word_bias"], seen
