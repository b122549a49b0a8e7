// The pipeline of the fixed-point spectral front end: samples into a window, frames out of it, and
// frames into a model's input.
#include "kws_frontend/fixed_frontend.h"

#include "kws_frontend/stage_done.h"
#include "stages.h"

namespace kws {

using fixed::Peak;
using fixed::Real;

void FixedFrontend::reset() {
  history_[0] = 0;
  filled_ = 0;
  skipped_ = 0;
}

size_t FixedFrontend::consume(const int16_t* samples, size_t count, bool* frame_ready) {
  *frame_ready = false;
  size_t taken = 0;
  while (taken < count && skipped_ > 0) {
    history_[0] = samples[taken++];
    --skipped_;
  }
  while (taken < count && filled_ < t_.window_size) history_[1 + filled_++] = samples[taken++];
  if (filled_ < t_.window_size || skipped_ > 0) return taken;
  compute();
  // What stays begins with the sample before it.
  const uint32_t step = t_.step_size < t_.window_size ? t_.step_size : t_.window_size;
  filled_ = t_.window_size - step;
  skipped_ = t_.step_size - step;
  for (uint32_t i = 0; i <= filled_; ++i) history_[i] = history_[i + step];
  *frame_ready = true;
  return taken;
}

void FixedFrontend::compute() {
  int32_t up = fixed::window_pairs(t_, history_, work_);
  stage_done(0);
  fixed::transform(t_, work_);
  fixed::split(t_, work_);
  stage_done(1);
  up += fixed::magnitudes(t_, work_);
  const int32_t exponent = t_.exponent - (t_.magnitude ? up : 2 * up);
  stage_done(2);
  const uint32_t* const spectrum = reinterpret_cast<const uint32_t*>(work_);

  const bool packed = t_.normalization == kFixedPeak;
  const bool kept = packed || t_.normalization == kFixedTopDb;
  int32_t* const to = kept ? frame_ : scratch_;
  const Peak no_peak = fixed::no_peak(t_);
  const auto keep = [&](const Real& value) {
    return packed ? fixed::pack(value) : fixed::logarithm(t_, value, no_peak);
  };
  const uint16_t* weights = t_.weights;
  for (uint32_t c = 0; c < t_.channels; ++c)
    to[c] = keep(fixed::channel_value(t_, spectrum, c, weights, exponent));
  if (t_.energy) to[t_.channels] = keep(fixed::energy_value(t_, spectrum, exponent));
  stage_done(3);
  if (!kept) fixed::complete(t_, scratch_, frame_);
  stage_done(4);
  if (!packed) return;
  int32_t largest = INT16_MIN;
  for (uint32_t i = 1; i <= t_.window_size; ++i)
    if (history_[i] > largest) largest = history_[i];
  frame_[t_.kept_values - 1u] = largest;
}

void FixedFrontend::convert(const void* frame, const InputFormat& format, void* to) {
  fixed::store(static_cast<const int32_t*>(frame), t_.values, format, to, 0);
}

namespace {

const int32_t* frame_at(const FrameWindow& window, uint32_t index) {
  return static_cast<const int32_t*>(window.frame(index));
}

int32_t largest_sample(const FixedFrontendTables& t, const FrameWindow& window) {
  int32_t largest = INT16_MIN;
  for (uint32_t i = 0; i < window.count(); ++i) {
    const int32_t sample = frame_at(window, i)[t.kept_values - 1u];
    if (sample > largest) largest = sample;
  }
  return largest;
}

int32_t largest_channel(const FixedFrontendTables& t, const FrameWindow& window) {
  int32_t largest = INT32_MIN;
  for (uint32_t i = 0; i < window.count(); ++i) {
    const int32_t* const frame = frame_at(window, i);
    for (uint32_t c = 0; c < t.channels; ++c)
      if (frame[c] > largest) largest = frame[c];
  }
  return largest;
}

}  // namespace

void FixedFrontend::convert_window(const FrameWindow& window, const InputFormat& format, void* to) {
  const uint32_t logarithms = t_.channels + (t_.energy ? 1u : 0u);
  const auto finish = [&](uint32_t index) {
    int32_t* const finished = scratch_ + t_.channels + 1u;
    fixed::complete(t_, scratch_, finished);
    fixed::store(finished, t_.values, format, to, index * t_.values);
  };
  switch (t_.normalization) {
    case kFixedPeak: {
      const Peak peak = fixed::peak_of(t_, largest_sample(t_, window));
      for (uint32_t i = 0; i < window.count(); ++i) {
        const int32_t* const frame = frame_at(window, i);
        for (uint32_t c = 0; c < logarithms; ++c)
          scratch_[c] = fixed::logarithm(t_, fixed::unpack(frame[c]), peak);
        finish(i);
      }
      return;
    }
    case kFixedTopDb: {
      const int32_t top = largest_channel(t_, window);
      const int32_t least = fixed::saturate(static_cast<int64_t>(top) - t_.range);
      for (uint32_t i = 0; i < window.count(); ++i) {
        const int32_t* const frame = frame_at(window, i);
        for (uint32_t c = 0; c < t_.channels; ++c) {
          const int64_t above = frame[c] < least ? least : frame[c];
          scratch_[c] = fixed::saturate(above - (t_.reference_max ? top : 0));
        }
        scratch_[t_.channels] = t_.energy ? frame[t_.channels] : 0;
        finish(i);
      }
      return;
    }
    case kFixedCmvn:
      fixed::sliding_means(t_, window, format, to);
      return;
    case kFixedZScore:
      fixed::z_scores(t_, window, format, to);
      return;
    default:
      Frontend::convert_window(window, format, to);
  }
}

}  // namespace kws
