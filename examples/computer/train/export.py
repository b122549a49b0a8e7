"""A trained network → a TF.js layers model: model.json and weights.bin."""

import json
import os

import keras
import numpy as np
from network import CHANNELS, FEATURE_SCALE, FRAMES

# Names of a layer's weights in their order in Keras.
WEIGHTS = {
    "Conv2D": ["kernel"],
    "DepthwiseConv2D": ["depthwise_kernel"],
    "BatchNormalization": ["gamma", "beta", "moving_mean", "moving_variance"],
    "Dense": ["kernel", "bias"],
}


def _config(layer: keras.layers.Layer) -> dict:
    kind = type(layer).__name__
    config = {"name": layer.name, "trainable": True, "dtype": "float32"}
    if kind in ("Conv2D", "DepthwiseConv2D"):
        shape = {"kernel_size": list(layer.kernel_size), "strides": list(layer.strides), "padding": layer.padding}
        size = {"filters": layer.filters} if kind == "Conv2D" else {"depth_multiplier": 1}
        rest = {"data_format": "channels_last", "dilation_rate": [1, 1], "activation": "linear", "use_bias": False}
        config |= size | shape | rest
    elif kind == "BatchNormalization":
        config |= {"axis": [3], "momentum": layer.momentum, "epsilon": layer.epsilon, "center": True, "scale": True}
    elif kind == "Dense":
        config |= {"units": layer.units, "activation": "softmax", "use_bias": True}
    elif kind == "Dropout":
        config |= {"rate": layer.rate}
    return config


def save(model: keras.Sequential, folder: str, bias: float = 0.0) -> None:
    """
    Writes the network with a softmax. It takes features as kws-gen's front end gives them, 0 ... 26.

    `bias` is added to the logit of the word: it moves the cutoff at which the same windows pass.
    """
    layers, weights, data = [], [], []
    for layer in model.layers:
        kind = type(layer).__name__
        config = _config(layer)
        if not layers:
            config["batch_input_shape"] = [None, FRAMES, CHANNELS, 1]
        layers.append({"class_name": kind, "config": config})
        for name, value in zip(WEIGHTS.get(kind, []), layer.get_weights(), strict=True):
            value = value.astype("<f4")
            if layer.name == "stem":
                value = value * np.float32(FEATURE_SCALE)
            if kind == "Dense" and name == "bias":
                value = value + np.array([0, bias], "<f4")
            weights.append({"name": f"{layer.name}/{name}", "shape": list(value.shape), "dtype": "float32"})
            data.append(value.tobytes())
    topology = {"class_name": "Sequential", "config": {"name": "computer", "layers": layers}}
    described = {
        "format": "layers-model",
        "generatedBy": "examples/computer/train",
        "convertedBy": None,
        "modelTopology": {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": topology},
        "weightsManifest": [{"paths": ["weights.bin"], "weights": weights}],
    }
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "weights.bin"), "wb") as file:
        file.write(b"".join(data))
    with open(os.path.join(folder, "model.json"), "w") as file:
        json.dump(described, file)
        file.write("\n")
