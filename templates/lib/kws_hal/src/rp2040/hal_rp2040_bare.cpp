// The RP2040 without a vendor's core, for an emulated chip: UART0 and the timer of microseconds.
// Audio comes in frames over the serial line, as to a real board: there is no memory that the host
// shares with it. Registers: kws_rp2040.h of the virtual platform.
#if defined(KWS_HAL_RP2040_BARE)

#include <atomic>

#include "kws_hal/kws_hal.h"
#include "kws_rp2040.h"

extern "C" {
void UART0_Handler();
void TIMER0_Handler();
}

namespace kws {
namespace hal {
namespace {

using namespace kws_rp2040;

// Received bytes: written by the interrupt, read by serial_read(). All that a host may send before
// the program reads has room; what is more waits in the UART's queue, and the emulator behind it.
constexpr uint32_t kReceiveCapacity = kReceiveBytes;
static_assert((kReceiveCapacity & (kReceiveCapacity - 1)) == 0, "its places are counted on");
uint8_t received[kReceiveCapacity];
std::atomic<uint32_t> received_head{0};
std::atomic<uint32_t> received_tail{0};

// As on the other virtual boards: a board to which nothing has happened for 64 naps takes longer
// ones.
constexpr uint32_t kNapMicroseconds = 1000;
constexpr uint32_t kLongNapMicroseconds = 10000;
uint32_t quiet_naps = 0;

}  // namespace

void begin() {
  reg(kUartMask) = kUartReceiveInterrupts;
  reg(kTimerEnable) = 1;
  reg(kNvicEnable) = 1u << kUartInterrupt | 1u << kTimerInterrupt;
}

size_t serial_read(uint8_t* to, size_t capacity) {
  size_t count = 0;
  uint32_t tail = received_tail.load(std::memory_order_relaxed);
  while (count < capacity && tail != received_head.load(std::memory_order_acquire)) {
    to[count++] = received[tail++ % kReceiveCapacity];
  }
  received_tail.store(tail, std::memory_order_release);
  // There is room again for what the interrupt had to leave where it was.
  if (count != 0) reg(kNvicEnable) = 1u << kUartInterrupt;
  return count;
}

// A UART sends whether somebody listens or not.
void serial_write(const char* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    while ((reg(kUartFlags) & kUartSendFull) != 0) {
    }
    reg(kUartData) = static_cast<uint8_t>(data[i]);
  }
}

uint32_t ticks() { return microseconds(); }
uint32_t ticks_per_second() { return 1000000u; }

void idle(bool deep) {
  // Interrupts are masked so that none can slip in between the question and WFI; a pending one
  // still ends it.
  __asm volatile("cpsid i" ::: "memory");
  if (received_head.load(std::memory_order_relaxed) ==
      received_tail.load(std::memory_order_relaxed)) {
    quiet_naps = quiet_naps < 64 ? quiet_naps + 1 : quiet_naps;
    reg(kTimerAlarm0) = microseconds() + (deep              ? 1000 * kDeepMs
                                          : quiet_naps < 64 ? kNapMicroseconds
                                                            : kLongNapMicroseconds);
    __asm volatile("dsb\n\twfi" ::: "memory");
  } else {
    quiet_naps = 0;
  }
  __asm volatile("cpsie i\n\tisb" ::: "memory");
}

#if !defined(KWS_MIC_PIN_SD)
bool has_microphone() { return false; }

#ifdef KWS_LIVE
bool microphone_gain(uint32_t) { return false; }
#endif

bool microphone_begin(AudioRing&, uint32_t, const char** reason) {
  *reason = "This board has no microphone: play a clip to it";
  return false;
}
#endif  // KWS_MIC_PIN_SD: rp2040_i2s.cpp

AudioLink* audio_link() { return nullptr; }

}  // namespace hal
}  // namespace kws

void UART0_Handler() {
  using namespace kws::hal;
  uint32_t head = received_head.load(std::memory_order_relaxed);
  while ((reg(kUartFlags) & kUartReceiveEmpty) == 0) {
    if (head - received_tail.load(std::memory_order_acquire) == kReceiveCapacity) {
      reg(kNvicDisable) = 1u << kUartInterrupt;
      break;
    }
    received[head++ % kReceiveCapacity] = static_cast<uint8_t>(reg(kUartData));
  }
  received_head.store(head, std::memory_order_release);
}

// Its only work is to end WFI.
void TIMER0_Handler() { kws::hal::reg(kws::hal::kTimerRaised) = 1; }

#endif  // KWS_HAL_RP2040_BARE
