// Tells a microphone that is not there from a quiet room: a real one always has noise in its lowest
// bits, an open or shorted data line gives the same value for ever.
//
// Owns: the decision. Leaves to others: the fault line it becomes (kws_app).
#pragma once

#include <cstddef>
#include <cstdint>

namespace kws {

class SilenceWatch {
 public:
  // `patience`: samples in a row without any change that are believed; one second by default.
  explicit SilenceWatch(uint32_t patience = 16000) : patience_(patience) {}

  // Samples of the microphone, in order. True while the stream has not changed for longer than
  // `patience`; the first sample that differs makes it false again.
  bool observe(const int16_t* samples, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      if (samples[i] != last_) {
        last_ = samples[i];
        unchanged_ = 1;
      } else if (unchanged_ <= patience_) {
        ++unchanged_;
      }
    }
    return dead();
  }

  bool dead() const { return unchanged_ > patience_; }

  // Forgets what came before (the microphone was started anew).
  void reset() { unchanged_ = 0; }

 private:
  uint32_t patience_;
  uint32_t unchanged_ = 0;
  int16_t last_ = 0;
};

}  // namespace kws
