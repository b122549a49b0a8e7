// An I2S microphone on a Teensy 4 through the Audio library: 44.1 kHz and nothing else, the upper
// 16 bits of each slot, pins 21 (BCLK), 20 (LRCLK) and 8 (data). The firmware resamples.
#if defined(KWS_HAL_TEENSY_AUDIO)

#include <Arduino.h>
#include <AudioStream.h>
#include <input_i2s.h>

#include "kws_hal/i2s_slot.h"
#include "kws_hal/kws_hal.h"
#include "kws_hal/settling.h"

namespace kws {
namespace hal {
namespace {

constexpr int kMostGain = 8;
static_assert(KWS_MIC_GAIN >= 0 && KWS_MIC_GAIN <= kMostGain, "KWS_MIC_GAIN is 0 to 8 bits");

constexpr uint32_t kSampleRate = 44100;
constexpr int kBlocks = 8;  // of the library: two are filled, one is under way, the rest is spare
#if defined(KWS_MIC_RIGHT)
constexpr unsigned char kChannel = 1;
#else
constexpr unsigned char kChannel = 0;
#endif

SlotGain gain_bits = KWS_MIC_GAIN;
AudioRing* ring = nullptr;
Settling settling;
int16_t chunk[AUDIO_BLOCK_SAMPLES];

// The library calls update() in an interrupt of its own for every block of 128 samples.
class Tap : public AudioStream {
 public:
  Tap() : AudioStream(1, inputs_) {}

  void update() override {
    audio_block_t* const block = receiveReadOnly(0);
    if (block == nullptr) return;
    if (ring != nullptr) hand_on(block->data);
    release(block);
  }

 private:
  static void hand_on(const int16_t* samples) {
    constexpr size_t kCount = AUDIO_BLOCK_SAMPLES;
    const size_t dropped = settling.skip(kCount);
    for (size_t i = dropped; i < kCount; ++i)
      chunk[i] = sample_of_slot(static_cast<int32_t>(samples[i]) * 65536, gain_bits);
    if (kCount > dropped) ring->push_from_microphone(chunk + dropped, kCount - dropped);
  }

  audio_block_t* inputs_[1];
};

AudioInputI2S microphone;
Tap tap;
AudioConnection cord(microphone, kChannel, tap, 0);

}  // namespace

bool has_microphone() { return true; }

#ifdef KWS_LIVE
bool microphone_gain(uint32_t bits) { return set_slot_gain(&gain_bits, bits, kMostGain); }
#endif

bool microphone_begin(AudioRing& to, uint32_t sample_rate, const char** reason) {
  if (sample_rate != kSampleRate) {
    *reason = "The Audio library captures 44100 samples per second and nothing else";
    return false;
  }
  settling.start(sample_rate, KWS_MIC_SETTLE_MS);
  AudioMemory(kBlocks);
  ring = &to;  // from here on blocks are taken
  return true;
}

}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_TEENSY_AUDIO
