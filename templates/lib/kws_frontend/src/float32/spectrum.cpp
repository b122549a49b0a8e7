// The complex FFT Z of pairs (even sample, odd sample) to the spectrum of the samples, twice as
// large: 2 X[k] = E + w^k O and 2 X[L - k] = conj(E - w^k O), where E = Z[k] + conj Z[L - k] and
// O = (Z[k] - conj Z[L - k]) / i. The factor is taken back in the filters' weights.
#include "butterfly.h"
#include "stages.h"

namespace kws {
namespace spectral {

namespace {

template <bool magnitude>
inline float strength(float re, float im) {
  const float power = re * re + im * im;
  return magnitude ? square_root(power) : power;
}

// Bin k of each pair and, with `both`, bin length - k.
template <bool magnitude, bool both>
inline void bins(uint32_t from, uint32_t to, uint32_t length, const float* w, float* work) {
  w += 2 * (from - 1);
  for (uint32_t k = from; k <= to; ++k, w += 2) {
    const Complex z = load(work + 2 * k);
    const Complex other = load(work + 2 * (length - k));
    const Complex even = {z.re + other.re, z.im - other.im};
    const Complex odd = times({z.im + other.im, other.re - z.re}, load(w));
    if (both) work[2 * (length - k)] = strength<magnitude>(even.re - odd.re, even.im - odd.im);
    work[2 * k] = strength<magnitude>(even.re + odd.re, even.im + odd.im);
  }
}

template <bool magnitude>
void all_bins(const SpectralTables& t, float* work) {
  const uint32_t length = t.fft_size / 2u;
  const Complex zero = load(work);
  const float sum = zero.re + zero.im;
  const float difference = zero.re - zero.im;
  work[0] = strength<magnitude>(2.0f * sum, 0.0f);
  work[2 * length] = strength<magnitude>(2.0f * difference, 0.0f);
  // Pairs whose upper bin nobody needs come first.
  const uint32_t half = length / 2u;
  const uint32_t first = t.first_bin > 1 ? t.first_bin : 1u;
  const uint32_t both = t.last_bin < length ? length - t.last_bin : 1u;
  uint32_t lower = both - 1 < half ? both - 1 : half;
  if (lower > t.last_bin) lower = t.last_bin;
  bins<magnitude, false>(first, lower, length, t.split_twiddles, work);
  bins<magnitude, true>(both, half, length, t.split_twiddles, work);
}

}  // namespace

void spectrum(const SpectralTables& t, float* work) {
  if (t.magnitude)
    all_bins<true>(t, work);
  else
    all_bins<false>(t, work);
}

}  // namespace spectral
}  // namespace kws
