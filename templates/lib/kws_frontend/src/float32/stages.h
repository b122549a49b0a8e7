// The stages of the spectral front ends, one source file each, in the order they run. Internal.
//
// They share one buffer, work: first the complex numbers of the FFT, then in its even elements the
// spectrum (bin k in work[2 k]), then in its odd ones the values of the filter bank (filter f in
// work[2 f + 1]), so that each stage reads what the one before it left and nothing is copied.
#pragma once

#include <cfloat>
#include <cstdint>

#include "kws_frontend/float32_frontend.h"

#ifdef __FAST_MATH__
#error "-ffast-math changes the features: host and device would differ"
#endif
static_assert(FLT_EVAL_METHOD == 0, "single precision must not be computed in a wider type");

namespace kws {
namespace spectral {

// history [window_size + 2]: the sample before the window, then the window. Pre-emphasis, window
// and the first stage of the FFT: work becomes [fft_size / 2] complex.
void transform_window(const SpectralTables& t, const int16_t* history, float* work);

// The other stages of the complex FFT, in place, in natural order.
void transform(const SpectralTables& t, float* work);

// Complex FFT of pairs of samples to the spectrum of the samples: bins first_bin...last_bin.
void spectrum(const SpectralTables& t, float* work);

// Spectrum to the values of the filters and, behind them, with `energy`, the sum over all bins.
void filter(const SpectralTables& t, float* work);

// Values of the filters, and of the energy behind them, to their logarithms.
void logarithms(const SpectralTables& t, float* work);

// What follows the logarithm: rescaling and cosine transform; features [channels].
void finish(const SpectralTables& t, float* work, float* features);

// What a model sees of its window, one function per kind of normalisation: features [count,
// channels] as elements of its input.
void convert_peak(const SpectralTables& t, const FrameWindow& window, const InputFormat& format,
                  float* work, void* to);
void convert_top_db(const SpectralTables& t, const FrameWindow& window, const InputFormat& format,
                    float* work, void* to);
void convert_cmvn(const SpectralTables& t, const FrameWindow& window, const InputFormat& format,
                  void* to);
void convert_z_score(const SpectralTables& t, const FrameWindow& window, const InputFormat& format,
                     void* to);

// v as an element of a model's input, to[index].
void store_input(const InputFormat& format, float v, void* to, uint32_t index);

// Values that the filter bank leaves, the energy's among them.
inline uint32_t filter_values(const SpectralTables& t) { return t.filters + (t.energy ? 1u : 0u); }

// The sum of weight * value, in order; values are `stride` elements apart.
template <int stride>
inline float weighted_sum(const float* weight, const float* value, uint32_t count) {
  float sum = 0.0f;
  for (; count >= 4; count -= 4, weight += 4, value += 4 * stride) {
    sum += weight[0] * value[0];
    sum += weight[1] * value[stride];
    sum += weight[2] * value[2 * stride];
    sum += weight[3] * value[3 * stride];
  }
  for (; count > 0; --count, ++weight, value += stride) sum += *weight * *value;
  return sum;
}

inline float square_root(float v) { return __builtin_sqrtf(v); }

}  // namespace spectral
}  // namespace kws
