// Its registers. Names are those of its data sheet, values those of Espressif's driver for a master
// clock of 256 times 16 kHz. The first microphone comes out in the left slot, the second one in the
// right.
#if defined(KWS_HAL_ES7210)

#include "es7210.h"

#include <Wire.h>

#include <cstddef>

namespace kws {
namespace hal {
namespace es7210 {
namespace {

constexpr uint8_t kAddress = 0x40;

struct Setting {
  uint8_t reg;
  uint8_t value;
};

constexpr uint8_t kGainRegister = 0x43;  // of the first of four microphones
constexpr uint8_t kGainEnable = 0x10;

constexpr Setting kBefore[] = {
    {0x00, 0xff}, {0x00, 0x32},                              // reset
    {0x09, 0x30}, {0x0a, 0x30},                              // times of its start
    {0x23, 0x2a}, {0x22, 0x0a}, {0x21, 0x2a}, {0x20, 0x0a},  // high-pass filters
    {0x11, 0x00},                                            // I2S, 24 bits
    {0x12, 0x00},                                            // two microphones on each data line
    {0x40, 0xc3},                                            // reference voltage
    {0x41, 0x70}, {0x42, 0x70},                              // microphones' bias: 2.87 V
};
constexpr Setting kAfter[] = {
    {0x47, 0x08}, {0x48, 0x08}, {0x49, 0x08}, {0x4a, 0x08},  // microphones' amplifiers on
    {0x07, 0x20},                                            // oversampling
    {0x02, 0xc1},                                            // clock: doubled, not divided, no DLL
    {0x04, 0x01}, {0x05, 0x00},                              // 256 master clocks a sample
    {0x06, 0x04},                                            // DLL off
    {0x4b, 0x0f}, {0x4c, 0x0f},                              // bias, converters, amplifiers on
    {0x00, 0x71}, {0x00, 0x41},                              // run
};

bool set(const Setting& setting) {
  Wire.beginTransmission(kAddress);
  Wire.write(setting.reg);
  Wire.write(setting.value);
  return Wire.endTransmission() == 0;
}

template <size_t n>
bool set(const Setting (&settings)[n]) {
  for (const Setting& setting : settings) {
    if (!set(setting)) return false;
  }
  return true;
}

}  // namespace

bool set_gain(uint32_t steps) {
  for (uint8_t microphone = 0; microphone < 4; ++microphone) {
    const uint8_t reg = static_cast<uint8_t>(kGainRegister + microphone);
    if (!set(Setting{reg, static_cast<uint8_t>(kGainEnable | steps)})) return false;
  }
  return true;
}

bool start(uint32_t gain) {
  Wire.begin(KWS_MIC_PIN_SDA, KWS_MIC_PIN_SCL);
  return set(kBefore) && set_gain(gain) && set(kAfter);
}

}  // namespace es7210
}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_ES7210
