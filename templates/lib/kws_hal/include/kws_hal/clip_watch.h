// Tells a gain that is too high: in the first seconds of a microphone many samples lie at the ends
// of their range.
//
// Owns: the decision. Leaves to others: the fault line it becomes (kws_app).
#pragma once

#include <cstddef>
#include <cstdint>

namespace kws {

class ClipWatch {
 public:
  explicit ClipWatch(uint32_t sample_rate)
      : watched_(kSeconds * sample_rate), most_(sample_rate / 100), left_(watched_) {}

  // Samples of the microphone, in order. True once: when more than a hundredth of a second of them
  // were at the ends, and the first seconds are not over.
  bool observe(const int16_t* samples, size_t count) {
    for (size_t i = 0; i < count && left_ > 0; ++i, --left_) {
      if (samples[i] < INT16_MAX && samples[i] > INT16_MIN) continue;
      if (++clipped_ <= most_) continue;
      left_ = 0;
      return true;
    }
    return false;
  }

  // Watches again.
  void reset() {
    left_ = watched_;
    clipped_ = 0;
  }

 private:
  static constexpr uint32_t kSeconds = 5;

  uint32_t watched_;  // samples
  uint32_t most_;     // samples
  uint32_t left_;     // samples
  uint32_t clipped_ = 0;
};

}  // namespace kws
