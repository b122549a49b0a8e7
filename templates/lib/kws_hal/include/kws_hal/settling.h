// Throws away the first moments of a microphone: PDM converters start with a step of DC and single
// spikes, and a MEMS microphone needs time after power-on. How long is data of the board
// (KWS_MIC_SETTLE_MS).
#pragma once

#include <cstddef>
#include <cstdint>

#ifndef KWS_MIC_SETTLE_MS
#define KWS_MIC_SETTLE_MS 0
#endif

namespace kws {

class Settling {
 public:
  void start(uint32_t sample_rate, uint32_t milliseconds) {
    left_ = static_cast<uint32_t>(static_cast<uint64_t>(sample_rate) * milliseconds / 1000u);
  }

  // How many of the next `count` samples are to be dropped.
  size_t skip(size_t count) {
    const size_t dropped = count < left_ ? count : left_;
    left_ -= static_cast<uint32_t>(dropped);
    return dropped;
  }

 private:
  uint32_t left_ = 0;  // samples
};

}  // namespace kws
