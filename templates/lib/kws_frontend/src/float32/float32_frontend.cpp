// The pipeline and its history of samples.
#include "kws_frontend/float32_frontend.h"

#include <cstring>

#include "kws_frontend/stage_done.h"
#include "stages.h"

namespace kws {

void Float32Frontend::reset() {
  // The sample before the first is there already.
  filled_ = 1;
  skipped_ = 0;
  std::memset(history_, 0, (t_.window_size + 2u) * sizeof(int16_t));
  std::memset(frame_, 0, t_.kept_values * sizeof(float));
}

size_t Float32Frontend::consume(const int16_t* samples, size_t count, bool* frame_ready) {
  const uint32_t full = t_.window_size + 1u;
  *frame_ready = false;
  const size_t passed = count < skipped_ ? count : skipped_;
  skipped_ -= static_cast<uint32_t>(passed);
  const size_t wanted = full - filled_;
  const size_t taken = count - passed < wanted ? count - passed : wanted;
  if (taken == 0) return passed;
  std::memcpy(history_ + filled_, samples + passed, taken * sizeof(int16_t));
  filled_ += static_cast<uint32_t>(taken);
  if (filled_ == full) {
    compute();
    *frame_ready = true;
    filled_ = full > t_.step_size ? full - t_.step_size : 0u;
    skipped_ = full > t_.step_size ? 0u : t_.step_size - full;
    std::memmove(history_, history_ + full - filled_, filled_ * sizeof(int16_t));
  }
  return passed + taken;
}

void Float32Frontend::compute() {
  spectral::transform_window(t_, history_, work_);
  stage_done(0);
  spectral::transform(t_, work_);
  stage_done(1);
  spectral::spectrum(t_, work_);
  stage_done(2);
  spectral::filter(t_, work_);
  stage_done(3);
  const bool peak = normalization() == SpectralNormalization::kPeak;
  if (!peak) spectral::logarithms(t_, work_);
  stage_done(4);
  if (!peak && normalization() != SpectralNormalization::kTopDb) {
    spectral::finish(t_, work_, frame_);
    stage_done(5);
    return;
  }
  const uint32_t values = spectral::filter_values(t_);
  for (uint32_t f = 0; f < values; ++f) frame_[f] = work_[2 * f + 1];
  if (peak) {
    int32_t largest = history_[1];
#pragma GCC unroll 8
    for (uint32_t i = 2; i <= t_.window_size; ++i)
      if (history_[i] > largest) largest = history_[i];
    frame_[values] = static_cast<float>(largest) * t_.sample_unit;
  }
  stage_done(5);
}

void Float32Frontend::convert(const void* frame, const InputFormat& format, void* to) {
  const float* features = static_cast<const float*>(frame);
  for (uint32_t i = 0; i < channels(); ++i) spectral::store_input(format, features[i], to, i);
}

void Float32Frontend::convert_window(const FrameWindow& window, const InputFormat& format,
                                     void* to) {
  switch (normalization()) {
    case SpectralNormalization::kPeak:
      spectral::convert_peak(t_, window, format, work_, to);
      break;
    case SpectralNormalization::kTopDb:
      spectral::convert_top_db(t_, window, format, work_, to);
      break;
    case SpectralNormalization::kCmvn:
      spectral::convert_cmvn(t_, window, format, to);
      break;
    case SpectralNormalization::kZScore:
      spectral::convert_z_score(t_, window, format, to);
      break;
    default:
      Frontend::convert_window(window, format, to);
      break;
  }
}

}  // namespace kws
