// An I2S microphone on an RP2040 without a vendor's core, e.g. an INMP441: 24 bits, left-aligned in
// slots of 32. A program of PIO0 makes the clocks and shifts the data in; two DMA channels take
// turns in filling a buffer each. Registers: kws_rp2040.h of the virtual platform.
#if defined(KWS_HAL_RP2040_BARE) && defined(KWS_MIC_PIN_SD)

#include "kws_hal/i2s_slot.h"
#include "kws_hal/kws_hal.h"
#include "kws_hal/settling.h"
#include "kws_rp2040.h"

extern "C" void DMA0_Handler();

namespace kws {
namespace hal {
namespace {

using namespace kws_rp2040;

constexpr int kMostGain = 16;
static_assert(KWS_MIC_GAIN >= 0 && KWS_MIC_GAIN <= kMostGain, "KWS_MIC_GAIN is 0 to 16 bits");
static_assert(KWS_MIC_PIN_WS == KWS_MIC_PIN_BCLK + 1, "the pin ws is the one after bclk");

// Samples of each channel: 4 ms at 16 kHz. A buffer is as long as it is aligned, so that a channel
// comes back to its beginning by itself.
constexpr uint32_t kChunk = 64;
constexpr uint32_t kBufferBits = 9;
alignas(1u << kBufferBits) uint32_t buffers[2][2 * kChunk];
static_assert(sizeof buffers[0] == 1u << kBufferBits, "the DMA wraps after as many bytes");

AudioRing* ring = nullptr;
Settling settling;
SlotGain gain_bits = KWS_MIC_GAIN;

// The instructions of the data sheet's 3.4, with the levels of both clocks in their side-set: the
// bit clock is its lower bit, the word clock the higher.
constexpr uint16_t side(uint32_t word, uint32_t bit) {
  return static_cast<uint16_t>(word << 12 | bit << 11);
}
constexpr uint16_t kSetX = 0xe020, kIn = 0x4001, kDecrement = 0x0040, kNothing = 0xa042;
constexpr uint16_t kSetDirections = 0xe083;  // of two pins: outputs

// Each bit is set by the microphone when its clock falls and read when that rises. The word clock
// changes a bit before a slot does: 30 bits, the one after, and one under the next slot's word.
constexpr uint16_t slot_program(uint32_t index, uint32_t word) {
  const uint16_t loop = static_cast<uint16_t>(6 * word + 1);
  const uint16_t program[6] = {
      static_cast<uint16_t>(kSetX | side(word, 0) | 29),
      static_cast<uint16_t>(kIn | side(word, 1)),
      static_cast<uint16_t>(kDecrement | side(word, 0) | loop),
      static_cast<uint16_t>(kIn | side(word, 1)),
      static_cast<uint16_t>(kNothing | side(1 - word, 0)),
      static_cast<uint16_t>(kIn | side(1 - word, 1)),
  };
  return program[index];
}
constexpr uint32_t kInstructions = 12;
constexpr uint32_t kCyclesPerFrame = 2 * 64;

void start_machine(uint32_t sample_rate) {
  for (uint32_t i = 0; i < kInstructions; ++i)
    reg(kPioProgram + 4 * i) = slot_program(i % 6, i / 6);
  // In 256ths of the system's clock: exact for 16 kHz.
  const uint64_t frame = static_cast<uint64_t>(sample_rate) * kCyclesPerFrame;
  const uint64_t divider = (static_cast<uint64_t>(kClockHz) * 256u + frame / 2) / frame;
  reg(kPioDivider0) = static_cast<uint32_t>(divider) << 8;
  reg(kPioExec0) = (kInstructions - 1) << 12;  // and from the last to the first
  // Shifts to the left, hands on each 32 bits; all of the queue is for receiving.
  reg(kPioShift0) = 1u << 31 | 1u << 16;
  reg(kPioPins0) =
      2u << 29 | 2u << 26 | KWS_MIC_PIN_SD << 15 | KWS_MIC_PIN_BCLK << 10 | KWS_MIC_PIN_BCLK << 5;
  reg(kPioInstruction0) = kSetDirections;
  constexpr uint32_t kPins[] = {KWS_MIC_PIN_BCLK, KWS_MIC_PIN_WS, KWS_MIC_PIN_SD};
  for (const uint32_t pin : kPins) reg(kGpio0Control + 8 * pin) = kGpioFunctionPio0;
}

void start_channels() {
  for (uint32_t channel = 0; channel < 2; ++channel) {
    const uint32_t at = kDma + kDmaChannel * channel;
    reg(at + kDmaReadAddress) = kPioReceive0;
    reg(at + kDmaWriteAddress) = reinterpret_cast<uint32_t>(buffers[channel]);
    reg(at + kDmaCount) = 2 * kChunk;
    // Enabled, words, to rising addresses that wrap, then the other channel.
    reg(at + (channel == 0 ? kDmaControlTrigger : kDmaControl)) =
        1u << 0 | 2u << 2 | 1u << 5 | kBufferBits << 6 | 1u << 10 | (1 - channel) << 11 |
        kDmaRequestPio0Receive0 << 15;
  }
}

// In an interrupt.
void on_buffer(const volatile uint32_t* words) {
  int16_t chunk[kChunk];
  for (uint32_t i = 0; i < kChunk; ++i) {
#if defined(KWS_MIC_RIGHT)
    chunk[i] = sample_of_slot(static_cast<int32_t>(words[2 * i + 1]), gain_bits);
#else
    chunk[i] = sample_of_slot(static_cast<int32_t>(words[2 * i]), gain_bits);
#endif
  }
  const size_t dropped = settling.skip(kChunk);
  if (kChunk > dropped) ring->push_from_microphone(chunk + dropped, kChunk - dropped);
}

}  // namespace

bool has_microphone() { return true; }

#ifdef KWS_LIVE
bool microphone_gain(uint32_t bits) { return set_slot_gain(&gain_bits, bits, kMostGain); }
#endif

bool microphone_begin(AudioRing& to, uint32_t sample_rate, const char**) {
  ring = &to;
  settling.start(sample_rate, KWS_MIC_SETTLE_MS);
  release(kResetDma | kResetPio0);
  start_machine(sample_rate);
  reg(kDmaEnable0) = 3;
  reg(kNvicEnable) = 1u << kDmaInterrupt0;
  start_channels();
  reg(kPioControl) = 1;
  return true;
}

}  // namespace hal
}  // namespace kws

void DMA0_Handler() {
  using namespace kws::hal;
  const uint32_t full = reg(kDmaStatus0);
  reg(kDmaStatus0) = full;
  for (uint32_t channel = 0; channel < 2; ++channel)
    if ((full >> channel & 1u) != 0) on_buffer(buffers[channel]);
}

#endif  // KWS_HAL_RP2040_BARE && KWS_MIC_PIN_SD
