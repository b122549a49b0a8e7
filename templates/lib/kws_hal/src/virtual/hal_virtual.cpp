// The virtual Cortex-M boards (QEMU's MPS2 and MPS3 machines): CMSDK UART, a free-running counter,
// audio through shared memory. Where a machine has them: kws_machine.h of the virtual platform.
//
// Registers of the core: "ARMv7-M Architecture Reference Manual" (SysTick, NVIC). Nothing ticks
// while the program works: SysTick is armed for the length of idle() only, so that instructions can
// be counted exactly, and a board that waits sleeps.
#if defined(KWS_HAL_VIRTUAL)

#include <atomic>
#include <cstddef>

#include "kws_hal/audio_link.h"
#include "kws_hal/kws_hal.h"
#include "kws_machine.h"

extern "C" {
void UARTRX0_Handler();
void SysTick_Handler();
}

namespace kws {
namespace hal {
namespace {

using namespace kws_machine;

constexpr uint32_t kSysTickCtrl = 0xe000e010u;  // bits 0, 1, 2: enable, interrupt, core clock
constexpr uint32_t kSysTickLoad = 0xe000e014u;
constexpr uint32_t kSysTickValue = 0xe000e018u;
constexpr uint32_t kNvicEnable = 0xe000e100u;
constexpr uint32_t kNvicDisable = 0xe000e180u;
constexpr uint32_t kNvicPriority = 0xe000e400u;

// Of the receive interrupt: its bit, and the registers that bit is in.
constexpr uint32_t kReceiveBit = 1u << kUartReceiveInterrupt % 32;
constexpr uint32_t kReceiveEnable = kNvicEnable + kUartReceiveInterrupt / 32 * 4;
constexpr uint32_t kReceiveDisable = kNvicDisable + kUartReceiveInterrupt / 32 * 4;
constexpr uint32_t kAudioCapacity = 1u << 18;  // 16 s at 16 kHz

// How long a reader of the serial line may pause before output is dropped.
constexpr uint32_t kWritePatience = 2 * kClockHz;

AudioLink& link() { return *reinterpret_cast<AudioLink*>(KWS_SHARED_MEMORY); }

// Received bytes: written by the interrupt, read by serial_read(). Less than kReceiveBytes: what
// finds no room waits in the line.
constexpr uint32_t kReceiveCapacity = 64;
static_assert((kReceiveCapacity & (kReceiveCapacity - 1)) == 0, "its places are counted on");
uint8_t received[kReceiveCapacity];
std::atomic<uint32_t> received_head{0};
std::atomic<uint32_t> received_tail{0};
bool reader_gone = false;

// A board to which nothing has happened for 64 naps takes longer ones: waking costs the host more
// than the nap saves. A received byte ends any nap at once.
constexpr uint32_t kNap = kClockHz / 1000;
constexpr uint32_t kLongNap = kClockHz / 100;
constexpr uint32_t kDeepNap = kClockHz / 1000 * kDeepMs;
uint32_t quiet_naps = 0;
uint32_t seen_written = 0;

}  // namespace

void begin() {
  if (kCounterDown) {
    reg(kCounterReload) = 0xffffffffu;
    reg(kCounterValue) = 0xffffffffu;
  }
  reg(kCounterControl) = 1;

  // The emulated line has no speed, but the divider must be 16 or more.
  reg(kUartBauddiv) = 16;
  reg(kUartCtrl) = 0xbu;
  // Below SysTick.
  reg(kNvicPriority + kUartReceiveInterrupt / 4 * 4) |= 0x40u << kUartReceiveInterrupt % 4 * 8;
  reg(kReceiveEnable) = kReceiveBit;

  AudioLink& shared = link();
  shared.version = kAudioLinkVersion;
  shared.capacity = kAudioCapacity;
  shared.host_written = 0;
  shared.device_read = 0;
  shared.end = kOpenEnd;
#ifdef KWS_TRACE
  shared.trace_at = offsetof(AudioLink, samples) + kAudioCapacity * sizeof(int16_t);
  shared.trace_capacity = kTraceCapacity;
#endif
  std::atomic_thread_fence(std::memory_order_release);
  shared.magic = kAudioLinkMagic;
}

size_t serial_read(uint8_t* to, size_t capacity) {
  size_t count = 0;
  uint32_t tail = received_tail.load(std::memory_order_relaxed);
  while (count < capacity && tail != received_head.load(std::memory_order_acquire)) {
    to[count++] = received[tail++ % kReceiveCapacity];
  }
  received_tail.store(tail, std::memory_order_release);
  // There is room again for the byte that the interrupt had to leave where it was.
  if (count != 0) reg(kReceiveEnable) = kReceiveBit;
  return count;
}

void serial_write(const char* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const uint32_t start = ticks();
    while ((reg(kUartState) & 1u) != 0) {
      if (reader_gone || ticks() - start > kWritePatience) {
        reader_gone = true;
        return;
      }
    }
    reader_gone = false;
    reg(kUartData) = static_cast<uint8_t>(data[i]);
  }
}

uint32_t ticks() { return kCounterDown ? ~reg(kCounterValue) : reg(kCounterValue); }
uint32_t ticks_per_second() { return kClockHz; }

void idle(bool deep) {
  // Interrupts are masked so that none can slip in between the question and WFI; a pending one
  // still ends it.
  __asm volatile("cpsid i" ::: "memory");
  if (received_head.load(std::memory_order_relaxed) ==
      received_tail.load(std::memory_order_relaxed)) {
    const uint32_t written = link().host_written;
    quiet_naps = written != seen_written ? 0 : quiet_naps + 1;
    seen_written = written;
    reg(kSysTickLoad) = (deep ? kDeepNap : quiet_naps < 64 ? kNap : kLongNap) - 1;
    reg(kSysTickValue) = 0;
    reg(kSysTickCtrl) = 7;
    __asm volatile("dsb\n\twfi" ::: "memory");
    reg(kSysTickCtrl) = 0;
  } else {
    quiet_naps = 0;
  }
  __asm volatile("cpsie i\n\tisb" ::: "memory");
}

bool has_microphone() { return false; }
#ifdef KWS_LIVE
bool microphone_gain(uint32_t) { return false; }
#endif

bool microphone_begin(AudioRing&, uint32_t, const char** reason) {
  *reason = "A virtual board has no microphone: play a clip to it";
  return false;
}

AudioLink* audio_link() { return &link(); }

}  // namespace hal
}  // namespace kws

void UARTRX0_Handler() {
  using namespace kws::hal;
  const uint32_t head = received_head.load(std::memory_order_relaxed);
  if (head - received_tail.load(std::memory_order_acquire) == kReceiveCapacity) {
    // No room: the byte stays where it is, the line waits, and serial_read() turns the interrupt on
    // again.
    reg(kReceiveDisable) = kReceiveBit;
    return;
  }
  reg(kUartInterrupt) = 2;
  if ((reg(kUartState) & 2u) == 0) return;
  received[head % kReceiveCapacity] = static_cast<uint8_t>(reg(kUartData));
  received_head.store(head + 1, std::memory_order_release);
}

// Its only work is to end WFI.
void SysTick_Handler() {}

#endif  // KWS_HAL_VIRTUAL
