// The whole program of a chip without a system: start-up, a UART, and a detector of one word.
//
// Samples of 16 bits come over the UART (nRF51822), the low byte first, as they would from a
// microphone; a line goes out for every detection, and how much RAM was never touched by then.
#include <kws_listener.h>

extern "C" {
extern uint32_t stack[], data_from[], data[], data_end[], bss[], bss_end[];
extern void (*constructors[])();
extern void (*constructors_end[])();
void reset();
}

namespace {

constexpr uint32_t kUntouched = 0x5a5a5a5a;

volatile uint32_t& uart(uint32_t offset) {
  return *reinterpret_cast<volatile uint32_t*>(0x40002000u + offset);
}
constexpr uint32_t kStartReceiving = 0x000;
constexpr uint32_t kStartSending = 0x008;
constexpr uint32_t kReceived = 0x108;
constexpr uint32_t kSent = 0x11c;
constexpr uint32_t kEnable = 0x500;
constexpr uint32_t kReceivePin = 0x514;
constexpr uint32_t kSendPin = 0x50c;
constexpr uint32_t kTake = 0x518;
constexpr uint32_t kGive = 0x51c;
constexpr uint32_t kRate = 0x524;

void start_uart() {
  uart(kSendPin) = 24;  // of a micro:bit
  uart(kReceivePin) = 25;
  uart(kRate) = 0x10000000;  // 1 Mbit/s
  uart(kEnable) = 4;
  uart(kStartSending) = 1;
  uart(kStartReceiving) = 1;
}

uint32_t take() {
  while (uart(kReceived) == 0) {
  }
  uart(kReceived) = 0;
  return uart(kTake) & 0xff;
}

void give(char byte) {
  uart(kSent) = 0;
  uart(kGive) = static_cast<uint8_t>(byte);
  while (uart(kSent) == 0) {
  }
}

void give(const char* text) {
  for (; *text != 0; ++text) give(*text);
}

void give(uint32_t number) {
  char digits[11];
  char* at = digits + 10;
  *at = 0;
  do {
    *--at = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  give(at);
}

uint32_t never_touched() {
  const uint32_t* at = bss_end;
  while (*at == kUntouched) ++at;
  return static_cast<uint32_t>(at - bss_end) * sizeof(*at);
}

void heard(const kws::Heard& what, void*) {
  give(what.label);
  give(" at ");
  give(what.ms);
  give(" ms, ");
  give(never_touched());
  give(" bytes never used\n");
}

kws::Listener listener(heard);

// A fault ends here: a program for one's own board would blink.
void stop() {
  for (;;) {
  }
}

__attribute__((section(".vectors"), used)) void (*const vectors[16])() = {
    reinterpret_cast<void (*)()>(stack), reset, stop, stop};

}  // namespace

void reset() {
  const uint32_t* from = data_from;
  for (uint32_t* to = data; to < data_end; ++to) *to = *from++;
  for (uint32_t* to = bss; to < bss_end; ++to) *to = 0;
  const uint32_t* const used = static_cast<uint32_t*>(__builtin_frame_address(0)) - 16;
  for (uint32_t* to = bss_end; to < used; ++to) *to = kUntouched;
  for (void (**each)() = constructors; each < constructors_end; ++each) (*each)();
  start_uart();
  listener.begin();
  for (;;) {
    const uint32_t low = take();
    const auto sample = static_cast<int16_t>(low | take() << 8);
    listener.push(&sample, 1);
  }
}
