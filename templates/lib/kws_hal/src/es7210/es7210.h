// The codec ES7210 as the way of an analog microphone onto I2S; set up over I2C.
#pragma once

#include <cstdint>

namespace kws {
namespace hal {
namespace es7210 {

constexpr uint32_t kSampleRate = 16000;
constexpr int kMostGain = 14;  // steps of 3 dB up to 33 dB (11), then 34.5, 36 and 37.5 dB

// Its master clock, 256 times the sample rate, must run. False where it does not answer.
bool start(uint32_t gain);
bool set_gain(uint32_t steps);

}  // namespace es7210
}  // namespace hal
}  // namespace kws
