// Windows whose level is normalised before the cosine transform: by their largest sample, or by
// their largest value. Their frames are kept as far as one frame alone can be computed.
#include "stages.h"

namespace kws {
namespace spectral {

namespace {

const float* values_of(const FrameWindow& window, uint32_t index) {
  return static_cast<const float*>(window.frame(index));
}

void finish_frame(const SpectralTables& t, float* work, const InputFormat& format, void* to,
                  uint32_t index) {
  float* const features = work + 2u * (t.filters + 1u);
  finish(t, work, features);
  for (uint32_t i = 0; i < t.channels; ++i)
    store_input(format, features[i], to, index * t.channels + i);
}

}  // namespace

void convert_peak(const SpectralTables& t, const FrameWindow& window, const InputFormat& format,
                  float* work, void* to) {
  const uint32_t values = filter_values(t);
  float peak = values_of(window, 0)[values];
  for (uint32_t n = 1; n < window.count(); ++n)
    if (values_of(window, n)[values] > peak) peak = values_of(window, n)[values];
  if (peak < 0.0f) peak = -peak;
  if (peak == 0.0f) peak = 1.0f;
  const float inverse = 1.0f / peak;
  const float share = t.magnitude ? inverse : inverse * inverse;
  for (uint32_t n = 0; n < window.count(); ++n) {
    const float* frame = values_of(window, n);
    for (uint32_t f = 0; f < values; ++f) work[2 * f + 1] = frame[f] * share;
    logarithms(t, work);
    finish_frame(t, work, format, to, n);
  }
}

void convert_top_db(const SpectralTables& t, const FrameWindow& window, const InputFormat& format,
                    float* work, void* to) {
  float top = values_of(window, 0)[0];
  for (uint32_t n = 0; n < window.count(); ++n) {
    const float* frame = values_of(window, n);
    for (uint32_t f = 0; f < t.filters; ++f)
      if (frame[f] > top) top = frame[f];
  }
  const float least = top - t.top_db;
  const float shift = t.relative ? top : 0.0f;
  for (uint32_t n = 0; n < window.count(); ++n) {
    const float* frame = values_of(window, n);
    for (uint32_t f = 0; f < t.filters; ++f)
      work[2 * f + 1] = (frame[f] < least ? least : frame[f]) - shift;
    if (t.energy) work[2 * t.filters + 1] = frame[t.filters];
    finish_frame(t, work, format, to, n);
  }
}

}  // namespace spectral
}  // namespace kws
