"""What independent implementations make of clips: one process for all of them.

stdin: {"jobs": [{"oracle": name, "rate": Hz, "pcm": base64 of int16}]}
stdout: [{"shape": [frames, channels], "values": base64 of float64}], in the order of the jobs
"""

import base64
import json
import sys

import numpy as np


def tensorflow_mfcc(pcm, rate):
    """The two ops that speech_commands and ML-KWS-for-MCU train with, in float32."""
    import tensorflow as tf

    samples = (pcm / 32768).astype(np.float32)[:, None]
    spectrogram = tf.raw_ops.AudioSpectrogram(input=samples, window_size=640, stride=320, magnitude_squared=True)
    return tf.raw_ops.Mfcc(spectrogram=spectrogram, sample_rate=rate, dct_coefficient_count=10)[0]


def tensorflow_mfcc_30ms(pcm, rate):
    """speech_commands' own default windows: the first bin within the lowest triangle is left out."""
    import tensorflow as tf

    samples = (pcm / 32768).astype(np.float32)[:, None]
    spectrogram = tf.raw_ops.AudioSpectrogram(input=samples, window_size=480, stride=160, magnitude_squared=True)
    return tf.raw_ops.Mfcc(spectrogram=spectrogram, sample_rate=rate, dct_coefficient_count=13)[0]


def mlperf_tiny_kws(pcm, rate):
    """mlcommons/tiny keyword_spotting/get_dataset.py, feature_type mfcc."""
    import tensorflow as tf

    samples = tf.constant(pcm, tf.float64)
    samples = samples / tf.reduce_max(samples)
    stft = tf.signal.stft(samples, frame_length=480, frame_step=320, window_fn=tf.signal.hann_window)
    mel = tf.signal.linear_to_mel_weight_matrix(40, stft.shape[-1], rate, 20.0, 4000.0, tf.float64)
    log_mel = tf.math.log(tf.abs(stft) @ mel + 1e-6)
    return tf.signal.mfccs_from_log_mel_spectrograms(log_mel)[..., :10]


def mlperf_tiny_streaming(pcm, rate):
    """mlcommons/tiny streaming_wakeword/get_dataset.py."""
    import tensorflow as tf

    samples = tf.constant(pcm / 32768, tf.float64)
    padded = tf.concat([tf.zeros(1, tf.float64), samples], 0)
    samples = padded[1:] - (1 - 2**-5) * padded[:-1]
    stft = tf.signal.stft(
        samples,
        frame_length=1024,
        frame_step=512,
        window_fn=lambda n, dtype: tf.signal.hamming_window(n, False, dtype),
    )
    power = tf.maximum(tf.abs(stft) ** 2 / 1024, 1e-30)
    mel = tf.signal.linear_to_mel_weight_matrix(40, stft.shape[-1], rate, 0.0, rate / 2, tf.float64)
    decibels = 10 * tf.math.log(power @ mel) / np.log(10.0)
    return tf.clip_by_value((decibels + 52) / 64, 0, 1)


def tensorflow_stft(pcm, rate):
    """tensorflow.org/tutorials/audio/simple_audio, get_spectrogram."""
    import tensorflow as tf

    return tf.abs(tf.signal.stft(tf.constant(pcm / 32768, tf.float64), frame_length=255, frame_step=128))


def librosa_mfcc(pcm, rate):
    import librosa

    return librosa.feature.mfcc(y=pcm / 32768, sr=rate, dtype=np.float64).T


def librosa_variant(pcm, rate):
    """What people do with 16 kHz and small models; `norm` is the cosine transform's, not the filters'."""
    import librosa

    return librosa.feature.mfcc(
        y=pcm / 32768,
        sr=rate,
        n_mfcc=13,
        n_fft=512,
        win_length=400,
        hop_length=160,
        n_mels=40,
        fmin=20,
        fmax=7600,
        htk=True,
        norm=None,
        lifter=22,
        dtype=np.float64,
    ).T


def librosa_log_mel(pcm, rate):
    """The picture of many tutorials: decibels below the loudest."""
    import librosa

    mel = librosa.feature.melspectrogram(
        y=pcm / 32768, sr=rate, n_fft=1024, hop_length=256, n_mels=64, dtype=np.float64
    )
    return librosa.power_to_db(mel, ref=np.max).T


def keras_mel(pcm, rate):
    import keras

    layer = keras.layers.MelSpectrogram(sampling_rate=rate)
    return np.array(layer((pcm / 32768).astype(np.float32))).T


def speech_features(pcm, rate):
    """python_speech_features' defaults. Its last, zero-padded frame is left out."""
    import python_speech_features

    frames = python_speech_features.mfcc(pcm.astype(np.float64), rate, nfft=512)
    return frames[: 1 + (len(pcm) - 400) // 160]


def micro_features(pcm, rate):
    """microWakeWord's features; they are 25.6 times as large in the integers of the C code."""
    from pymicro_features import MicroFrontend

    frontend, frames, data, at = MicroFrontend(), [], pcm.astype("<i2").tobytes(), 0
    while at + 320 <= len(data):
        result = frontend.process_samples(data[at : at + 320])
        if result.features:
            frames.append(result.features)
        at += result.samples_read * 2
    return np.round(np.array(frames) * 25.6)


def main():
    results = []
    for job in json.load(sys.stdin)["jobs"]:
        pcm = np.frombuffer(base64.b64decode(job["pcm"]), dtype="<i2")
        values = np.asarray(globals()[job["oracle"]](pcm, job["rate"]), np.float64)
        data = base64.b64encode(np.ascontiguousarray(values, "<f8").tobytes())
        results.append({"shape": list(values.shape), "values": data.decode()})
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
