// Samples times the window, into the first stage of the FFT: rows of pairs that are a quarter of
// the transform apart make one butterfly, so nothing is stored and loaded again in between.
#include "butterfly.h"
#include "stages.h"

namespace kws {
namespace spectral {

namespace {

template <bool emphasis>
inline float windowed(const SpectralTables& t, const int16_t* history, uint32_t i) {
  const float x = static_cast<float>(history[i + 1]);
  if (!emphasis) return x * t.window[i];
  const float before = t.pre_emphasis * static_cast<float>(history[i]);
  return (x - before) * t.window[i];
}

template <bool emphasis>
inline Complex pair(const SpectralTables& t, const int16_t* history, uint32_t p) {
  return {windowed<emphasis>(t, history, 2 * p), windowed<emphasis>(t, history, 2 * p + 1)};
}

// Butterflies from...to - 1, of which `rows` rows hold samples; the others are zeros.
template <bool emphasis, uint32_t rows>
inline void butterflies(const SpectralTables& t, const int16_t* history, uint32_t from, uint32_t to,
                        float* work) {
  const uint32_t row = t.fft_size / 8u;
  for (uint32_t n = from; n < to; ++n) {
    const Complex zero = {0.0f, 0.0f};
    const Complex a = rows > 0 ? pair<emphasis>(t, history, n) : zero;
    const Complex b = rows > 1 ? pair<emphasis>(t, history, n + row) : zero;
    const Complex c = rows > 2 ? pair<emphasis>(t, history, n + 2 * row) : zero;
    const Complex d = rows > 3 ? pair<emphasis>(t, history, n + 3 * row) : zero;
    butterfly4(work + 2u * t.order[n], 2, {a, b, c, d});
  }
}

template <bool emphasis>
void first_stage(const SpectralTables& t, const int16_t* history, float* work) {
  const uint32_t pairs = t.used_size / 2u;
  if (t.first_radix == 1) {
    for (uint32_t n = 0; n < t.fft_size / 2u; ++n) {
      const Complex zero = {0.0f, 0.0f};
      const Complex z = n < pairs ? pair<emphasis>(t, history, n) : zero;
      store(work + 2u * t.order[n], z.re, z.im);
    }
    return;
  }
  const uint32_t row = t.fft_size / 8u;
  const auto in_row = [pairs, row](uint32_t r) {
    return pairs <= r * row ? 0 : pairs - r * row < row ? pairs - r * row : row;
  };
  butterflies<emphasis, 4>(t, history, 0, in_row(3), work);
  butterflies<emphasis, 3>(t, history, in_row(3), in_row(2), work);
  butterflies<emphasis, 2>(t, history, in_row(2), in_row(1), work);
  butterflies<emphasis, 1>(t, history, in_row(1), in_row(0), work);
  butterflies<emphasis, 0>(t, history, in_row(0), row, work);
}

}  // namespace

void transform_window(const SpectralTables& t, const int16_t* history, float* work) {
  if (t.pre_emphasis == 0.0f)
    first_stage<false>(t, history, work);
  else
    first_stage<true>(t, history, work);
}

}  // namespace spectral
}  // namespace kws
