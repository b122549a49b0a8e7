// Windows normalised by the statistics of their complete frames: per coefficient over the frames
// around one (cmvn), or over all values (z-score).
#include "stages.h"

namespace kws {
namespace spectral {

namespace {

const float* values_of(const FrameWindow& window, uint32_t index) {
  return static_cast<const float*>(window.frame(index));
}

constexpr float kWhole16 = 65536.0f;  // 2^16
constexpr float kGreatest = 16383.0f;
constexpr float kWhole13 = 8192.0f;  // 2^13
constexpr float kGreatestDeviation = 511.0f;
constexpr float kCmvnEpsilon = 1e-10f;
constexpr float kZScoreEpsilon = 1e-7f;

inline float within(float v, float limit) { return v > limit ? limit : v < -limit ? -limit : v; }

// A walk along one coefficient of the frames, continued by reflection at both ends
// (... v1 v0 | v0 v1 ... vn-1 | vn-1 ...), in fixed point: sums that slide along it are exact, so
// a constant leaves no remainder to be amplified.
class Walk {
 public:
  // From `place`, which is at least -1024.
  Walk(const FrameWindow& window, uint32_t channel, int32_t place)
      : window_(&window),
        channel_(channel),
        last_(static_cast<int32_t>(window.count()) - 1),
        forth_(true) {
    const int32_t period = 2 * (last_ + 1);
    at_ = (place + period * 512) % period;
    if (at_ > last_) {
      at_ = period - 1 - at_;
      forth_ = false;
    }
  }

  // Q16, then a step on.
  int32_t next() {
    const float v = values_of(*window_, static_cast<uint32_t>(at_))[channel_];
    if (forth_ && at_ == last_)
      forth_ = false;
    else if (!forth_ && at_ == 0)
      forth_ = true;
    else
      at_ += forth_ ? 1 : -1;
    return static_cast<int32_t>(within(v, kGreatest) * kWhole16);
  }

 private:
  const FrameWindow* window_;
  uint32_t channel_;
  int32_t last_;
  int32_t at_;
  bool forth_;
};

// The values of a walk less the mean of the `2 half + 1` around each.
class Centred {
 public:
  Centred(const FrameWindow& window, uint32_t channel, int32_t half, int32_t place, float share)
      : middle_(window, channel, place),
        front_(window, channel, place - half),
        back_(front_),
        width_(2 * half + 1),
        sum_(0),
        share_(share) {
    for (int32_t i = 0; i < width_; ++i) sum_ += front_.next();
  }

  float next() {
    const float v = static_cast<float>(width_ * int64_t{middle_.next()} - sum_) * share_;
    sum_ += front_.next() - back_.next();
    return v;
  }

 private:
  Walk middle_;
  Walk front_;
  Walk back_;
  int32_t width_;
  int64_t sum_;  // Q16
  float share_;  // 2^-16 / width
};

// To the nearest, halves away from zero.
inline int64_t fixed(float v) {
  const float scaled = within(v, kGreatestDeviation) * kWhole13;
  return static_cast<int32_t>(scaled + (scaled < 0.0f ? -0.5f : 0.5f));
}

}  // namespace

void convert_cmvn(const SpectralTables& t, const FrameWindow& window, const InputFormat& format,
                  void* to) {
  const int32_t half = t.cmvn_half;
  const float share = t.cmvn_share * (1.0f / kWhole16);
  for (uint32_t channel = 0; channel < t.channels; ++channel) {
    // What enters and what leaves the frames that the deviation is taken over.
    Centred entering(window, channel, half, -half, share);
    Centred leaving = entering;
    Centred value = entering;
    int64_t sum = 0;
    int64_t squares = 0;
    const auto enter = [&]() {
      const int64_t v = fixed(entering.next());
      sum += v;
      squares += v * v;
    };
    for (int32_t i = -half; i <= half; ++i) {
      if (i == 0) value = entering;
      enter();
    }
    for (uint32_t n = 0; n < window.count(); ++n) {
      float v = value.next();
      if (t.variance) {
        const float mean = static_cast<float>(sum) * t.cmvn_share;
        const float variance = static_cast<float>(squares) * t.cmvn_share - mean * mean;
        const float deviation = variance > 0.0f ? square_root(variance) * (1.0f / kWhole13) : 0.0f;
        v = v / (deviation + kCmvnEpsilon);
        const int64_t gone = fixed(leaving.next());
        sum -= gone;
        squares -= gone * gone;
        enter();
      }
      store_input(format, v, to, n * t.channels + channel);
    }
  }
}

void convert_z_score(const SpectralTables& t, const FrameWindow& window, const InputFormat& format,
                     void* to) {
  // Relative to one of the values, so that a constant leaves no remainder to be amplified; sums of
  // frames first, so that small numbers meet small ones.
  const float reference = values_of(window, 0)[0];
  const float share = 1.0f / static_cast<float>(window.count() * t.channels);
  float sum = 0.0f;
  for (uint32_t n = 0; n < window.count(); ++n) {
    const float* frame = values_of(window, n);
    float part = 0.0f;
    for (uint32_t i = 0; i < t.channels; ++i) part += frame[i] - reference;
    sum += part;
  }
  const float mean = sum * share;
  float squares = 0.0f;
  for (uint32_t n = 0; n < window.count(); ++n) {
    const float* frame = values_of(window, n);
    float part = 0.0f;
    for (uint32_t i = 0; i < t.channels; ++i) {
      const float v = (frame[i] - reference) - mean;
      part += v * v;
    }
    squares += part;
  }
  const float scale = 1.0f / (square_root(squares * share) + kZScoreEpsilon);
  for (uint32_t n = 0; n < window.count(); ++n) {
    const float* frame = values_of(window, n);
    for (uint32_t i = 0; i < t.channels; ++i)
      store_input(format, ((frame[i] - reference) - mean) * scale, to, n * t.channels + i);
  }
}

}  // namespace spectral
}  // namespace kws
