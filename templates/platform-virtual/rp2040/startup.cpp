// From reset to main() on an RP2040 whose program is loaded as it is linked: vectors, clocks (125
// MHz from a crystal of 12 MHz), UART0 at 115200 baud on GPIO 0 and 1, .data, .bss, static
// constructors. And what becomes of a program that cannot go on.
//
// There is no second-stage boot loader in front of it, which a chip needs to read its flash: this
// runs in an emulator, not on a board.
#include <cstdint>

#include "../startup/report.h"
#include "kws_rp2040.h"

extern "C" {
extern uint32_t __kws_stack_top[];
extern uint32_t __kws_stack_limit[];
extern uint32_t __kws_heap_end[];
extern uint32_t __kws_data_start[];
extern uint32_t __kws_data_end[];
extern const uint32_t __kws_data_load[];
extern uint32_t __kws_bss_start[];
extern uint32_t __kws_bss_end[];

int main();
// Of static objects. This platform has no .init section of its own.
extern void (*const __init_array_start[])();
extern void (*const __init_array_end[])();
// Identifies this program to __cxa_atexit.
void* __dso_handle = nullptr;

[[noreturn]] void Reset_Handler();
void HardFault_Handler();
[[noreturn]] void kws_hard_fault(const uint32_t* frame);
void kws_unexpected_interrupt();
void TIMER0_Handler() __attribute__((weak, alias("kws_unexpected_interrupt")));
void DMA0_Handler() __attribute__((weak, alias("kws_unexpected_interrupt")));
void UART0_Handler() __attribute__((weak, alias("kws_unexpected_interrupt")));
}

union Vector {
  uint32_t* stack;
  void (*handler)();
};

using namespace kws_rp2040;

constexpr Vector kNone = {.handler = kws_unexpected_interrupt};

// ARMv6-M ARM B1.5.3; the interrupts of the RP2040: 2.3.2.
extern "C" __attribute__((section(".vectors"), used)) const Vector kws_vectors[16 + 26] = {
    {.stack = __kws_stack_top},
    {.handler = Reset_Handler},
    kNone,
    {.handler = HardFault_Handler},
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    {.handler = TIMER0_Handler},
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    {.handler = DMA0_Handler},
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
    {.handler = UART0_Handler},
    kNone,
    kNone,
    kNone,
    kNone,
    kNone,
};

namespace {

void start_clocks() {
  reg(kXoscStartup) = 47;  // 1 ms, in units of 256 periods of 12 MHz
  reg(kXoscControl) = 0xfabaa0u;
  while ((reg(kXoscStatus) >> 31) == 0) {
  }
  reg(kClockRefControl) = 2;  // the crystal
  while (reg(kClockRefSelected) != 1u << 2) {
  }
  release(kResetPllSys);
  // 12 MHz x 125 / 6 / 2.
  reg(kPllControl) = 1;
  reg(kPllFeedback) = 125;
  reg(kPllPower + kClearAlias) = 1u << 0 | 1u << 5;
  while ((reg(kPllControl) >> 31) == 0) {
  }
  reg(kPllPostDividers) = 6u << 16 | 2u << 12;
  reg(kPllPower + kClearAlias) = 1u << 3;
  reg(kClockSysControl) = 1;  // auxiliary, which is PLL_SYS
  while (reg(kClockSysSelected) != 1u << 1) {
  }
  reg(kClockPeriControl) = 1u << 11;  // from the system's clock
  reg(kWatchdogTick) = 1u << 9 | 12;  // a microsecond of the crystal's periods
}

void start_uart() {
  release(kResetIoBank0 | kResetPadsBank0 | kResetTimer | kResetUart0);
  // 125 MHz / 16 / 115200 = 67 + 52/64.
  reg(kUartIntegerDivisor) = 67;
  reg(kUartFractionDivisor) = 52;
  reg(kUartLine) = 3u << 5 | 1u << 4;  // 8 bits, with queues
  reg(kUartControl) = 1u << 0 | 1u << 8 | 1u << 9;
  reg(kGpio0Control) = 2;
  reg(kGpio1Control) = 2;
}

void print(const char* text) {
  for (; *text != '\0'; ++text) kws_startup::serial_print(text, 1);
}

void print_hex(uint32_t value) {
  char text[10] = {'0', 'x'};
  for (int digit = 0; digit < 8; ++digit)
    text[2 + digit] = "0123456789abcdef"[(value >> (28 - 4 * digit)) & 15u];
  kws_startup::serial_print(text, sizeof text);
}

}  // namespace

namespace kws_startup {

void serial_print(const char* text, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    for (uint32_t patience = 1000000; (reg(kUartFlags) & kUartSendFull) != 0; --patience) {
      if (patience == 0) return;
    }
    reg(kUartData) = static_cast<uint8_t>(text[i]);
  }
}

// In a hard fault nothing but a reset ends sleep, so it waits by looking at the timer.
void report_crash(const char* what, uint32_t pc, uint32_t lr, uint32_t) {
  __asm volatile("cpsid i");
  for (;;) {
    // The line may interrupt another one: it starts on a line of its own.
    print("\r\n{\"kws\":1,\"t\":\"fault\",\"code\":\"crash\",\"message\":\"");
    print(what);
    if (pc != 0) {
      print(" (pc ");
      print_hex(pc);
      print(", lr ");
      print_hex(lr);
      print("); arm-none-eabi-addr2line -fCe on the firmware's .elf names the place");
    }
    print(". The board has halted: upload it again.\"}\r\n");
    const uint32_t start = microseconds();
    while (microseconds() - start < 1000000u) {
    }
  }
}

}  // namespace kws_startup

// Its loops stay loops: memcpy() and memset() are larger, and may be linked for nothing else.
__attribute__((optimize("no-tree-loop-distribute-patterns"))) void Reset_Handler() {
  const uint32_t* from = __kws_data_load;
  for (uint32_t* to = __kws_data_start; to < __kws_data_end; ++to) *to = *from++;
  for (uint32_t* to = __kws_bss_start; to < __kws_bss_end; ++to) *to = 0;
  reg(kVectorTable) = reinterpret_cast<uint32_t>(kws_vectors);
  start_clocks();
  start_uart();
  for (void (*const* construct)() = __init_array_start; construct != __init_array_end; ++construct)
    (*construct)();
  main();
  kws_startup::report_crash("The program ended", 0, 0, 0);
}

void kws_unexpected_interrupt() {
  kws_startup::report_crash("An interrupt arrived that nobody handles", 0, 0, 0);
}

void kws_hard_fault(const uint32_t* frame) {
  // A frame outside the RAM is what a stack overflow leaves.
  if (frame >= __kws_stack_limit && frame + 8 <= __kws_heap_end)
    kws_startup::report_crash("The program crashed", frame[6], frame[5], 0);
  kws_startup::report_crash("The program's stack overflowed", 0, 0, 0);
}

// The handler's own stack is a fresh one, as the program's may be what is broken.
__attribute__((naked)) void HardFault_Handler() {
  __asm volatile(
      "mrs r0, msp\n\t"
      "ldr r1, =__kws_stack_top\n\t"
      "msr msp, r1\n\t"
      "ldr r1, =kws_hard_fault\n\t"
      "bx r1\n\t"
      ".ltorg");
}
