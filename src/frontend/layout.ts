/** The order of a window's values in a model's input. The C++ twin is `kws::transpose_window` in kws_app. */

/** [frames, channels] → [channels, frames], of the same type. */
export function transposed<T extends Int8Array | Uint8Array | Float32Array>(values: T, channels: number): T {
  const frames = values.length / channels;
  const result = values.slice() as T;
  for (let frame = 0; frame < frames; frame++)
    for (let channel = 0; channel < channels; channel++)
      result[channel * frames + frame] = values[frame * channels + channel]!;
  return result;
}
