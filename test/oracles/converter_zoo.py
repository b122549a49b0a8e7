"""What TensorFlow's converter makes of small Keras 3 models, as its documentation says to use it.

argv: a folder. Writes NAME.keras, NAME.float.tflite and NAME.int8.tflite there: an open batch, default options, int8
by a representative data set.
stdout: {NAME: {"input": [...], "output": [...], "int8Input": [...], "int8Output": [...]}}: what Keras computes, and
what TensorFlow Lite's reference kernels compute with the int8 file.
"""

import json
import os
import sys

import keras
import numpy as np
import tensorflow as tf
from keras import layers as l


def sequence(*inner, shape=(24, 6)):
    return keras.Sequential([keras.Input(shape), *inner, l.Dense(3, activation="softmax")])


def image(*inner, shape=(20, 8, 1)):
    return sequence(*inner, shape=shape)


def squeeze_excite():
    x = inputs = keras.Input((20, 8, 1))
    x = l.Conv2D(8, 3, padding="same", activation="relu")(x)
    gate = l.GlobalAveragePooling2D()(x)
    gate = l.Dense(4, activation="relu")(gate)
    gate = l.Dense(8, activation="sigmoid")(gate)
    gate = l.Reshape((1, 1, 8))(gate)
    x = l.Multiply()([x, gate])
    x = l.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, l.Dense(3, activation="softmax")(x))


def residual():
    x = inputs = keras.Input((24, 6))
    for rate in (1, 2, 4):
        y = l.Conv1D(6, 3, padding="causal", dilation_rate=rate)(x)
        y = l.BatchNormalization()(y)
        x = l.Add()([x, l.Activation("relu")(y)])
    x = l.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, l.Dense(3, activation="softmax")(x))


def merges():
    x = inputs = keras.Input((24, 6))
    a, b, c = (l.Conv1D(4, size, padding="same")(x) for size in (1, 3, 5))
    x = l.Concatenate()([l.Subtract()([a, b]), l.Average()([a, b, c]), l.Add()([b, c])])
    x = l.SpatialDropout1D(0.2)(x)
    x = l.Concatenate()([l.GlobalAveragePooling1D()(x), l.GlobalMaxPooling1D()(x)])
    return keras.Model(inputs, l.Dense(3, activation="softmax")(x))


ZOO = {
    "flatten": lambda: image(l.Conv2D(4, 3, activation="relu"), l.MaxPooling2D(), l.Flatten()),
    "conv1d": lambda: sequence(
        l.Conv1D(8, 3, activation="relu"), l.MaxPooling1D(2), l.Conv1D(4, 3), l.GlobalAveragePooling1D()
    ),
    "global-max-1d": lambda: sequence(l.Conv1D(8, 3, activation="relu"), l.GlobalMaxPooling1D()),
    "global-max-2d": lambda: image(l.Conv2D(4, 3, activation="relu"), l.GlobalMaxPooling2D()),
    "squeeze-excite": squeeze_excite,
    "dilated": lambda: sequence(l.Conv1D(8, 3, dilation_rate=2, padding="same", activation="relu"), l.Flatten()),
    "causal": residual,
    "dilated-2d": lambda: image(
        l.Conv2D(4, 3, dilation_rate=(2, 2), padding="same", activation="relu"),
        l.DepthwiseConv2D(3, dilation_rate=2, padding="same", activation="relu"),
        l.GlobalAveragePooling2D(),
    ),
    "separable": lambda: image(
        l.ZeroPadding2D(1), l.SeparableConv2D(6, 3), l.BatchNormalization(), l.ReLU(), l.Flatten()
    ),
    "reshape": lambda: sequence(
        l.Reshape((24, 6, 1)), l.Conv2D(4, (5, 3), strides=2, activation="relu"), l.Flatten(), l.Dropout(0.3)
    ),
}


ZOO |= {
    "resizing": lambda: image(
        l.Resizing(16, 16),
        l.Conv2D(4, 3, strides=2, activation="relu"),
        l.Resizing(9, 11, interpolation="nearest"),
        l.Conv2D(3, 3),
        l.UpSampling2D(2, interpolation="bilinear"),
        l.GlobalAveragePooling2D(),
        shape=(49, 40, 1),
    ),
    "shapes": lambda: sequence(
        l.Permute((2, 1)), l.Reshape((6, 24, 1)), l.Conv2D(4, 3), l.Cropping2D(1), l.Reshape((-1, 4)), l.Flatten()
    ),
    "activations": lambda: sequence(
        l.Conv1D(6, 3),
        l.LeakyReLU(0.2),
        l.Conv1D(6, 3),
        l.PReLU(shared_axes=[1]),
        l.Conv1D(6, 3, activation="hard_sigmoid"),
        l.Conv1D(6, 3, activation="hard_silu"),
        l.Conv1D(6, 3, activation="silu"),
        l.Conv1D(4, 3, activation="tanh"),
        l.GlobalAveragePooling1D(),
    ),
    "merges": merges,
    # Rows of a sequence and of an image: a product of dimensions that the converter does not know.
    "dense-rows": lambda: keras.Sequential(
        [
            keras.Input((12, 8, 2)),
            l.Dense(5, activation="relu"),
            l.Conv2D(4, 3),
            l.Reshape((-1, 4)),
            l.Dense(6),
            l.Dense(3, activation="relu"),
            l.Flatten(),
            l.Dense(3, activation="softmax"),
        ]
    ),
    # TILEs, of all these; the 1 repeats nothing.
    "repeats": lambda: image(
        l.Conv2D(4, 3),
        l.UpSampling2D(),
        l.DepthwiseConv2D(3, strides=2),
        l.UpSampling2D((2, 3)),
        l.GlobalAveragePooling2D(),
        l.RepeatVector(5),
        l.UpSampling1D(7),
        l.Conv1D(3, 4, strides=3),
        l.Flatten(),
    ),
    # Logits, as TensorFlow's tutorials end.
    "depthwise-1d": lambda: keras.Sequential(
        [
            keras.Input((24, 6)),
            l.Normalization(mean=[0.1] * 6, variance=[0.5] * 6),
            l.Rescaling(2.0, 0.1),
            l.DepthwiseConv1D(5, padding="same"),
            l.BatchNormalization(),
            l.ReLU(6),
            l.SeparableConv1D(8, 3, strides=2, padding="same"),
            l.AveragePooling1D(2),
            l.Flatten(),
            l.Dense(3),
        ]
    ),
}


def seeded(model, seed):
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        low, high = (0.5, 1.5) if "variance" in weight.path or "gamma" in weight.path else (-0.5, 0.5)
        weight.assign(rng.uniform(low, high, weight.shape).astype(np.float32))
    return rng


def run_int8(path, x):
    kinds = tf.lite.experimental.OpResolverType
    try:
        interpreter = tf.lite.Interpreter(model_path=path, experimental_op_resolver_type=kinds.BUILTIN_REF)
    except ValueError:
        # The reference kernels lack TILE of int8.
        plain = kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        interpreter = tf.lite.Interpreter(model_path=path, experimental_op_resolver_type=plain)
    interpreter.allocate_tensors()
    (given,), (wanted,) = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero = given["quantization"]
    q = np.clip(np.round(x / scale) + zero, -128, 127).astype(np.int8)
    interpreter.set_tensor(given["index"], q)
    interpreter.invoke()
    return q.ravel().tolist(), interpreter.get_tensor(wanted["index"]).ravel().tolist()


def make(name, folder, seed):
    keras.backend.clear_session()
    model = ZOO[name]()
    rng = seeded(model, seed)
    model.save(os.path.join(folder, f"{name}.keras"))
    rows = rng.uniform(-1, 1, (16, 1, *model.input_shape[1:])).astype(np.float32)
    for kind in ("float", "int8"):
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if kind == "int8":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: ([row] for row in rows)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = converter.inference_output_type = tf.int8
        with open(os.path.join(folder, f"{name}.{kind}.tflite"), "wb") as file:
            file.write(converter.convert())
    x = rows[0]
    q, answer = run_int8(os.path.join(folder, f"{name}.int8.tflite"), x)
    output = np.asarray(model(x, training=False)).ravel().tolist()
    return {"input": x.ravel().tolist(), "output": output, "int8Input": q, "int8Output": answer}


# The converter prints to stdout, too.
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
names = sys.argv[2:] or list(ZOO)
json.dump({name: make(name, sys.argv[1], seed) for seed, name in enumerate(names)}, answer)
answer.close()
