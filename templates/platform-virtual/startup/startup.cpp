// From reset to main(): vectors, FPU, .data, .bss, static constructors.
//
// Owns the vector table. Handlers are weak; the library kws_hal brings the ones it needs. Crashes
// are reported by crash.cpp.
#include "startup.h"

#include <cstdint>

extern "C" {
extern uint32_t __kws_stack_top[];
extern uint32_t __kws_data_start[];
extern uint32_t __kws_data_end[];
extern const uint32_t __kws_data_load[];
extern uint32_t __kws_bss_start[];
extern uint32_t __kws_bss_end[];
extern uint32_t __kws_stack_limit[];
extern const uint32_t __kws_flash_end[];

int main();
// Of static objects. This platform has no .init section of its own.
extern void (*const __init_array_start[])();
extern void (*const __init_array_end[])();
// Identifies this program to __cxa_atexit.
void* __dso_handle = nullptr;

void HardFault_Handler();
[[noreturn]] void Reset_Handler();
void kws_unexpected_interrupt();
void SysTick_Handler() __attribute__((weak, alias("kws_unexpected_interrupt")));
void UARTRX0_Handler() __attribute__((weak, alias("kws_unexpected_interrupt")));
}

union Vector {
  uint32_t* stack;
  void (*handler)();
};

struct Vectors {
  Vector system[16];
  // Never enabled. An array of C++ has one element at least: then the first interrupt is the
  // UART's.
  Vector unused[kws_machine::kUartReceiveInterrupt];
  Vector received;
};
extern "C" const Vectors kws_vectors;

namespace {

#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
// Armv8-M ARM D1.2 (RBAR, RLAR): read only at any privilege, in units of 32 bytes.
void protect(uint32_t region, uint32_t first, uint32_t end) {
  using namespace kws_startup;
  reg(kMpuNumber) = region;
  reg(kMpuBase) = first | 3u << 1;
  reg(kMpuAttributes) = ((end - 1u) & ~31u) | 1u;
}

// Program memory is read only, and so is where null pointers point; a stack that falls below its
// limit is a fault by the core's own register.
void protect_memory() {
  const uint32_t program = reinterpret_cast<uint32_t>(&kws_vectors);
  kws_startup::reg(kws_startup::kMpuMair0) = 0x44u;  // normal memory, not cached
  protect(0, program, reinterpret_cast<uint32_t>(__kws_flash_end));
  if (!kws_machine::kProgramAtZero) protect(1, 0, 0x10000u);
  kws_startup::reg(kws_startup::kMpuCtrl) = 5;
  __asm volatile("msr msplim, %0\n\tdsb\n\tisb" ::"r"(__kws_stack_limit) : "memory");
}
#else
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
#endif

}  // namespace

// ARMv7-M ARM B1.5.3: initial stack pointer, 15 system exceptions, then the interrupts of the
// machine; the only one that is enabled is "the UART received a byte".
__attribute__((section(".vectors"), used)) const Vectors kws_vectors = {
    {
        {.stack = __kws_stack_top},
        {.handler = Reset_Handler},
        {.handler = HardFault_Handler},
        {.handler = HardFault_Handler},
        {.handler = HardFault_Handler},
        {.handler = HardFault_Handler},
        {.handler = HardFault_Handler},
        {.handler = HardFault_Handler},
        {.handler = nullptr},
        {.handler = nullptr},
        {.handler = nullptr},
        {.handler = kws_unexpected_interrupt},
        {.handler = kws_unexpected_interrupt},
        {.handler = nullptr},
        {.handler = kws_unexpected_interrupt},
        {.handler = SysTick_Handler},
    },
    {},
    {.handler = UARTRX0_Handler},
};

// Its loops stay loops: memcpy() and memset() are larger, and may be linked for nothing else.
__attribute__((optimize("no-tree-loop-distribute-patterns"))) void Reset_Handler() {
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
  for (void (*const* construct)() = __init_array_start; construct != __init_array_end; ++construct)
    (*construct)();
  main();
  kws_startup::report_crash("The program ended", 0, 0, 0);
}

void kws_unexpected_interrupt() {
  kws_startup::report_crash("An interrupt arrived that nobody handles", 0, 0, 0);
}
