// From reset to the C library's start-up, for test programs whose input and output are
// semihosting's.
#include <cerrno>
#include <cstddef>
#include <cstdint>

extern "C" {
extern uint32_t __stack[];
extern uint32_t end[];
void _start();
void* _sbrk(ptrdiff_t bytes);
[[noreturn]] void Reset_Handler();
[[noreturn]] void Fault_Handler();
}

namespace {

// Semihosting for AArch32, SYS_EXIT with a reason that is no orderly end.
constexpr uint32_t kSysExit = 0x18;
constexpr uint32_t kRunTimeError = 0x20023;

union Vector {
  uint32_t* stack;
  void (*handler)();
};

}  // namespace

extern "C" const Vector test_vectors[7];
__attribute__((section(".vectors"), used)) const Vector test_vectors[7] = {
    {.stack = __stack},         {.handler = Reset_Handler}, {.handler = Fault_Handler},
    {.handler = Fault_Handler}, {.handler = Fault_Handler}, {.handler = Fault_Handler},
    {.handler = Fault_Handler},
};

void Reset_Handler() {
#if defined(KWS_TEST_TRAP_UNALIGNED)
  *reinterpret_cast<volatile uint32_t*>(0xe000ed14) |= 1u << 3;  // CCR: UNALIGN_TRP
#endif
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  *reinterpret_cast<volatile uint32_t*>(0xe000ed88) |= 0xfu << 20;  // CPACR: the FPU is on
  __asm volatile("dsb\n\tisb" ::: "memory");
#endif
  _start();
  Fault_Handler();
}

// The heap ends where the stack may grow to; what semihosting says of it is wrong on some machines.
extern "C" void* _sbrk(ptrdiff_t bytes) {
  constexpr uintptr_t kStackBytes = 64 * 1024;
  static uintptr_t top = reinterpret_cast<uintptr_t>(end);
  const uintptr_t from = top;
  if (from + static_cast<uintptr_t>(bytes) > reinterpret_cast<uintptr_t>(__stack) - kStackBytes) {
    errno = ENOMEM;
    return reinterpret_cast<void*>(-1);
  }
  top += static_cast<uintptr_t>(bytes);
  return reinterpret_cast<void*>(from);
}

void Fault_Handler() {
  for (;;)
    __asm volatile("mov r0, %0\n\tmov r1, %1\n\tbkpt 0xab" ::"r"(kSysExit), "r"(kRunTimeError)
                   : "r0", "r1", "memory");
}
