// A circular buffer that DMA fills: interrupts hand on one half while the other one is filled.
#pragma once

#include <Arduino.h>

#include "kws_hal/kws_hal.h"
#include "kws_hal/settling.h"

namespace kws {
namespace hal {

constexpr size_t kHalf = 256;            // samples: 16 ms at 16 kHz
constexpr uint32_t kDmaPriority = 2;     // of the interrupt: below the core's serial line (1)
constexpr uint32_t kSampleRate = 16000;  // the rate that the clocks here are divided down to

// What the three captures of STM32 share: the settling time, and the way into the ring.
class DmaListener {
 public:
  void start(AudioRing& ring, uint32_t sample_rate) {
    settling_.start(sample_rate, KWS_MIC_SETTLE_MS);
    ring_ = &ring;
  }

  // In an interrupt: `to_sample(word)` of every `stride`-th word of a half.
  template <class Word, class ToSample>
  void hand_on(const Word* half, size_t stride, ToSample to_sample) {
    for (size_t i = 0; i < kHalf; ++i) chunk_[i] = to_sample(half[i * stride]);
    const size_t dropped = settling_.skip(kHalf);
    if (kHalf > dropped) ring_->push_from_microphone(chunk_ + dropped, kHalf - dropped);
  }

 private:
  AudioRing* ring_ = nullptr;
  Settling settling_;
  int16_t chunk_[kHalf] = {};
};

// A pin that a peripheral drives or reads.
inline void alternate_pin(GPIO_TypeDef* port, uint32_t pin, uint32_t function) {
  GPIO_InitTypeDef init = {};
  init.Pin = pin;
  init.Mode = GPIO_MODE_AF_PP;
  init.Pull = GPIO_NOPULL;
  init.Speed = GPIO_SPEED_FREQ_HIGH;
  init.Alternate = function;
  HAL_GPIO_Init(port, &init);
}

}  // namespace hal
}  // namespace kws
