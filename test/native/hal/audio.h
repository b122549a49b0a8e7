// A ring as the application has it, and what is in it.
#pragma once

#include <vector>

#include "kws_hal/audio_ring.h"
#include "kws_hal/silence_watch.h"

struct Listener {
  static constexpr uint32_t kCapacity = 4096;
  int16_t storage[kCapacity];
  kws::AudioRing ring{storage, kCapacity};

  std::vector<int16_t> heard() {
    std::vector<int16_t> all(ring.available());
    all.resize(ring.pop(all.data(), all.size()));
    return all;
  }
};

// `count` samples that never repeat, from `from` on.
inline std::vector<int16_t> ramp(size_t count, int from = 0) {
  std::vector<int16_t> samples(count);
  for (size_t i = 0; i < count; ++i) samples[i] = static_cast<int16_t>(from + static_cast<int>(i));
  return samples;
}
