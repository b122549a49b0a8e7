// The codec WM8994 as the way of two digital microphones (DMIC2) onto its audio interface 1: which
// registers that takes. Names and fields are those of its data sheet; the order and the first three
// lines, an erratum, are those of ST's driver. The codec's own gain control (DRC) stays off.
#pragma once

#include <cstdint>

namespace kws {
namespace hal {
namespace wm8994 {

constexpr uint8_t kAddress = 0x1a;
constexpr uint16_t kIdRegister = 0x0000;
constexpr uint16_t kId = 0x8994;

struct Setting {
  uint16_t reg;
  uint16_t value;
};

// The slow one: its reference voltage (VMID) needs 50 ms before anything else.
constexpr uint32_t kReferenceMs = 50;
constexpr Setting kReference[] = {
    {0x0102, 0x0003}, {0x0817, 0x0000}, {0x0102, 0x0000},  // erratum
    {0x0039, 0x006c},                                      // anti-pop: fast start of VMID
    {0x0001, 0x0003},                                      // power 1: bias and VMID
};

constexpr Setting kMicrophones[] = {
    {0x0004, 0x0c30},                    // power 4: AIF1ADC2, DMIC2, both channels of each
    {0x0002, 0x6000},                    // power 2: thermal shutdown, no analog input
    {0x0608, 0x0002}, {0x0609, 0x0002},  // DMIC2 into AIF1's timeslot 1, left and right
    {0x0210, 0x0033},                    // AIF1: 16 kHz, clocked with 256 times that
    {0x0300, 0x4010},                    // AIF1: I2S, 16 bits
    {0x0302, 0x0000},                    // AIF1: somebody else is master
    {0x0208, 0x000a},                    // clocks of AIF1's filters and of the core
    {0x0200, 0x0001},                    // AIF1's clock, from the pin MCLK1
    {0x0001, 0x0013},                    // power 1: MICBIAS1 as well, which feeds the microphones
    {0x0620, 0x0002},                    // 128 times oversampling
    {0x0411, 0x1800},                    // high-pass filter of both channels, the lowest there is
    {0x0404, 0x01ef}, {0x0405, 0x01ef},  // volume of both: +17.6 dB, the most there is
};

}  // namespace wm8994
}  // namespace hal
}  // namespace kws
