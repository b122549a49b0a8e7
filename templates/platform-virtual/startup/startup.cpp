// From reset to main(): vectors, FPU, .data, .bss, static constructors.
//
// Owns the vector table. Handlers are weak; the library kws_hal brings the ones it needs. Crashes
// are reported by crash.cpp.
#include <cstdint>

#include "mps2.h"

extern "C" {
extern uint32_t __kws_stack_top[];
extern uint32_t __kws_data_start[];
extern uint32_t __kws_data_end[];
extern const uint32_t __kws_data_load[];
extern uint32_t __kws_bss_start[];
extern uint32_t __kws_bss_end[];

int main();
void __libc_init_array();
// Called by __libc_init_array; this platform has no .init section of its own.
void _init() {}
void _fini() {}
// Identifies this program to __cxa_atexit.
void* __dso_handle = nullptr;

void HardFault_Handler();
[[noreturn]] void Reset_Handler();
void kws_unexpected_interrupt();
void SysTick_Handler() __attribute__((weak, alias("kws_unexpected_interrupt")));
void UARTRX0_Handler() __attribute__((weak, alias("kws_unexpected_interrupt")));
}

namespace {

union Vector {
  uint32_t* stack;
  void (*handler)();
};

// ARMv7-M ARM B3.5.9: `size` is the exponent of the size in bytes less one, `access` 0 none, 6 read
// only.
void protect(uint32_t region, uint32_t base, uint32_t size, uint32_t access) {
  using namespace kws_startup;
  reg(kMpuNumber) = region;
  reg(kMpuBase) = base;
  reg(kMpuAttributes) = access << 24 | size << 1 | 1u;
}

// QEMU's program memory is writable and so is what lies below its RAM. As on a real board, a write
// through a null pointer and a stack that overflows shall be faults.
void protect_memory() {
  protect(0, 0x1f000000u, 23, 0);  // 16 MB below the stack
  protect(1, 0x00000000u, 21, 6);  // 4 MB of program
  kws_startup::reg(kws_startup::kMpuCtrl) = 5;
  __asm volatile("dsb\n\tisb" ::: "memory");
}

}  // namespace

// ARMv7-M ARM B1.5.3: initial stack pointer, 15 system exceptions, then the interrupts of the
// machine (0 is "UART 0 received a byte"; no other is enabled).
extern "C" const Vector kws_vectors[17];
__attribute__((section(".vectors"), used)) const Vector kws_vectors[17] = {
    {.stack = __kws_stack_top},
    {.handler = Reset_Handler},
    {.handler = HardFault_Handler},
    {.handler = HardFault_Handler},
    {.handler = HardFault_Handler},
    {.handler = HardFault_Handler},
    {.handler = HardFault_Handler},
    {.handler = nullptr},
    {.handler = nullptr},
    {.handler = nullptr},
    {.handler = nullptr},
    {.handler = kws_unexpected_interrupt},
    {.handler = kws_unexpected_interrupt},
    {.handler = nullptr},
    {.handler = kws_unexpected_interrupt},
    {.handler = SysTick_Handler},
    {.handler = UARTRX0_Handler},
};

void Reset_Handler() {
#if defined(__ARM_FP)
  kws_startup::reg(kws_startup::kCpacr) |= 0xfu << 20;
  __asm volatile("dsb\n\tisb" ::: "memory");
#endif
  const uint32_t* from = __kws_data_load;
  for (uint32_t* to = __kws_data_start; to < __kws_data_end; ++to) *to = *from++;
  for (uint32_t* to = __kws_bss_start; to < __kws_bss_end; ++to) *to = 0;
  kws_startup::reg(kws_startup::kUartBauddiv) = 16;
  kws_startup::reg(kws_startup::kUartCtrl) = 3;
  protect_memory();
  __libc_init_array();
  main();
  kws_startup::report_crash("The program ended", 0, 0, 0);
}

void kws_unexpected_interrupt() {
  kws_startup::report_crash("An interrupt arrived that nobody handles", 0, 0, 0);
}
