"""The network: a small depthwise-separable CNN over one second of features."""

import keras
from keras import layers

FRAMES = 49
CHANNELS = 40
# Features are trained with at a tenth of their size, about 0 ... 2.6; export.py gives the stem weights back to it.
FEATURE_SCALE = 0.1

# Width, kernel and stride (time, frequency) of the first convolution; width and stride of each block.
STEM = (16, (5, 5), (2, 2))
BLOCKS = [(32, 2), (48, 1), (48, 1), (64, 2), (64, 1)]


def network(dropout: float = 0.1) -> keras.Model:
    """[frames, channels, 1] -> logits of other and computer; exported with a softmax."""
    regular = keras.regularizers.L2(1e-5)

    def normed(name):
        return [layers.BatchNormalization(momentum=0.98, name=f"{name}_norm"), layers.ReLU(name=f"{name}_relu")]

    width, kernel, strides = STEM
    stack = [
        keras.Input((FRAMES, CHANNELS, 1), name="features"),
        layers.Conv2D(width, kernel, strides, "same", use_bias=False, kernel_regularizer=regular, name="stem"),
        *normed("stem"),
    ]
    for n, (width, stride) in enumerate(BLOCKS, 1):
        stack += [
            layers.DepthwiseConv2D(3, stride, "same", use_bias=False, name=f"block{n}_depthwise"),
            layers.Conv2D(width, 1, use_bias=False, kernel_regularizer=regular, name=f"block{n}_pointwise"),
            *normed(f"block{n}"),
        ]
    stack += [
        layers.DepthwiseConv2D(keras.Sequential(stack).output_shape[1:3], use_bias=False, name="head"),
        *normed("head"),
        layers.Dropout(dropout, name="dropout"),
        layers.Flatten(name="flat"),
        layers.Dense(2, name="word"),
    ]
    return keras.Sequential(stack, name="computer")
