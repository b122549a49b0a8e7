// An I2S microphone on an RP2040 or RP2350 through the `I2S` library of arduino-pico, e.g. an
// INMP441: 24 bits, left-aligned in 32-bit slots. The word clock is the pin after the bit clock.
// Words of both channels alternate, the left one first (the microphone's L/R pin at GND is left).
#if defined(KWS_HAL_PICO_I2S)

#include <Arduino.h>
#include <I2S.h>

#include "kws_hal/i2s_slot.h"
#include "kws_hal/kws_hal.h"
#include "kws_hal/settling.h"

namespace kws {
namespace hal {
namespace {

constexpr int kMostGain = 16;
static_assert(KWS_MIC_GAIN >= 0 && KWS_MIC_GAIN <= kMostGain, "KWS_MIC_GAIN is 0 to 16 bits");
#if defined(KWS_MIC_PIN_WS)
static_assert(KWS_MIC_PIN_WS == KWS_MIC_PIN_BCLK + 1,
              "the pin ws is the one after bclk: this core's PIO program has no other");
#endif

constexpr size_t kBuffers = 8;        // of the library's DMA
constexpr size_t kBufferWords = 128;  // 64 samples of each channel: 4 ms at 16 kHz
constexpr size_t kChunk = 64;

I2S line(INPUT);
SlotGain gain_bits = KWS_MIC_GAIN;
AudioRing* ring = nullptr;
Settling settling;
int16_t chunk[kChunk];

// In an interrupt. A buffer has whole pairs of words, so that a lost one exchanges no channels.
void on_receive() {
  size_t count = 0;
  int32_t left = 0;
  int32_t right = 0;
  const auto hand_on = [&count] {
    const size_t dropped = settling.skip(count);
    if (count > dropped) ring->push_from_microphone(chunk + dropped, count - dropped);
    count = 0;
  };
  while (line.read(&left, false) != 0 && line.read(&right, false) != 0) {
#if defined(KWS_MIC_RIGHT)
    chunk[count++] = sample_of_slot(right, gain_bits);
#else
    chunk[count++] = sample_of_slot(left, gain_bits);
#endif
    if (count == kChunk) hand_on();
  }
  hand_on();
}

}  // namespace

bool has_microphone() { return true; }

#ifdef KWS_LIVE
bool microphone_gain(uint32_t bits) { return set_slot_gain(&gain_bits, bits, kMostGain); }
#endif

bool microphone_begin(AudioRing& to, uint32_t sample_rate, const char** reason) {
  ring = &to;
  settling.start(sample_rate, KWS_MIC_SETTLE_MS);
  line.onReceive(on_receive);
  if (!line.setBCLK(KWS_MIC_PIN_BCLK) || !line.setDATA(KWS_MIC_PIN_SD) ||
      !line.setBitsPerSample(32) || !line.setBuffers(kBuffers, kBufferWords)) {
    *reason = "The I2S pins of the board file cannot be used for I2S";
    return false;
  }
  if (!line.begin(static_cast<long>(sample_rate))) {
    *reason = "The I2S driver did not start: is a PIO state machine or a DMA channel free?";
    return false;
  }
  return true;
}

}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_PICO_I2S
