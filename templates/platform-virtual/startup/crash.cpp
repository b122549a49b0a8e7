// What a virtual board does when its program cannot go on: it says so as a `fault` line of the
// serial protocol, again every second (a reader may come late), and sleeps in between.
#include <cstdint>

#include "startup.h"

extern "C" {
extern uint32_t __kws_stack_limit[];
extern uint32_t __kws_crash_frame[];
extern uint32_t __kws_heap_end[];
void HardFault_Handler();
[[noreturn]] void kws_hard_fault(const uint32_t* frame);
[[noreturn]] void kws_crash_loop();
}

namespace kws_startup {
namespace {

struct Crash {
  const char* what;
  uint32_t pc;
  uint32_t lr;
  uint32_t reason;
};
Crash crash;

void print(const char* text) {
  for (; *text != '\0'; ++text) serial_print(text, 1);
}

void print_hex(uint32_t value) {
  char text[10] = {'0', 'x'};
  for (int digit = 0; digit < 8; ++digit) {
    text[2 + digit] = "0123456789abcdef"[(value >> (28 - 4 * digit)) & 15u];
  }
  serial_print(text, sizeof text);
}

}  // namespace

void serial_print(const char* text, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    for (uint32_t patience = 1000000; (reg(kUartState) & 1u) != 0; --patience) {
      if (patience == 0) return;
    }
    reg(kUartData) = static_cast<uint8_t>(text[i]);
  }
}

void report_crash(const char* what, uint32_t pc, uint32_t lr, uint32_t reason) {
  crash = {what, pc, lr, reason};
  // Leaves whatever exception is active for thread mode with an empty stack, so that the loop below
  // can sleep: an exception return with a frame made by hand (ARMv7-M ARM B1.5.8).
  reg(kCcr) |= 1u;
  uint32_t* const frame = __kws_crash_frame;
  for (int i = 0; i < 6; ++i) frame[i] = 0;
  frame[6] = reinterpret_cast<uint32_t>(&kws_crash_loop) & ~1u;
  frame[7] = 1u << 24;
  uint32_t ipsr;
  __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
  if (ipsr == 0) kws_crash_loop();
  __asm volatile(
      "msr msp, %0\n\t"
      "bx %1" ::"r"(frame),
      "r"(0xfffffff9u));
  __builtin_unreachable();
}

}  // namespace kws_startup

void kws_crash_loop() {
  using namespace kws_startup;
  __asm volatile("cpsid i");
  reg(kShpr3) &= 0x00ffffffu;  // SysTick above every other interrupt: it must wake the core
  reg(kSysTickLoad) = kClockHz / 2;
  reg(kSysTickValue) = 0;
  reg(kSysTickCtrl) = 7;
  for (uint32_t half_seconds = 0;; ++half_seconds) {
    if (half_seconds % 2 == 0) {
      // The line may interrupt another one: it starts on a line of its own.
      print("\r\n{\"kws\":1,\"t\":\"fault\",\"code\":\"crash\",\"message\":\"");
      print(crash.what);
      if (crash.pc != 0) {
        print(" (pc ");
        print_hex(crash.pc);
        print(", lr ");
        print_hex(crash.lr);
        print(", CFSR ");
        print_hex(crash.reason);
        print("); arm-none-eabi-addr2line -fCe on the firmware's .elf names the place");
      }
      print(". The board has halted: upload it again.\"}\r\n");
    }
    // Interrupts stay masked: a pending SysTick ends WFI and is cleared by hand.
    __asm volatile("wfi");
    reg(0xe000ed04u) = 1u << 25;  // ICSR: PENDSTCLR
  }
}

void kws_hard_fault(const uint32_t* frame) {
  using namespace kws_startup;
  // Exception frame: r0-r3, r12, lr, pc, xPSR. A frame outside the RAM is what a stack overflow
  // leaves.
  const bool readable = frame >= __kws_stack_limit && frame + 8 <= __kws_heap_end;
  const uint32_t reason = reg(kCfsr);
  const bool below_limit = (reason & kCfsrStackOverflow) != 0;
  if (readable && !below_limit) report_crash("The program crashed", frame[6], frame[5], reason);
  report_crash("The program's stack overflowed", 0, 0, reason);
}

// Every fault: the handler's own stack is a fresh one, as the program's may be what is broken.
__attribute__((naked)) void HardFault_Handler() {
  __asm volatile(
      "mrs r0, msp\n\t"
      "ldr r1, =__kws_stack_top\n\t"
      "msr msp, r1\n\t"
      "ldr r1, =kws_hard_fault\n\t"
      "bx r1\n\t"
      ".ltorg");
}
