// The registers of the RP2040 that its startup code and its HAL use ("RP2040 Datasheet", Raspberry
// Pi): clocks, the timer of microseconds, UART0, and the core's own ("ARMv6-M Architecture
// Reference Manual").
#pragma once

#include <cstdint>

namespace kws_rp2040 {

constexpr uint32_t kClockHz = 125000000u;

// Clears bits where the register itself is written as a whole (2.1.2, atomic register access).
constexpr uint32_t kClearAlias = 0x3000u;

constexpr uint32_t kResets = 0x4000c000u;  // 2.14: bit 1 keeps a peripheral in reset
constexpr uint32_t kResetDone = 0x4000c008u;
constexpr uint32_t kResetDma = 1u << 2;
constexpr uint32_t kResetIoBank0 = 1u << 5;
constexpr uint32_t kResetPadsBank0 = 1u << 8;
constexpr uint32_t kResetPio0 = 1u << 10;
constexpr uint32_t kResetPllSys = 1u << 12;
constexpr uint32_t kResetTimer = 1u << 21;
constexpr uint32_t kResetUart0 = 1u << 22;

constexpr uint32_t kXoscControl = 0x40024000u;  // 2.16
constexpr uint32_t kXoscStatus = 0x40024004u;   // bit 31: stable
constexpr uint32_t kXoscStartup = 0x4002400cu;

constexpr uint32_t kPllControl = 0x40028000u;  // 2.18, PLL_SYS; bit 31: locked
constexpr uint32_t kPllPower = 0x40028004u;
constexpr uint32_t kPllFeedback = 0x40028008u;
constexpr uint32_t kPllPostDividers = 0x4002800cu;

constexpr uint32_t kClockRefControl = 0x40008030u;  // 2.15
constexpr uint32_t kClockRefSelected = 0x40008038u;
constexpr uint32_t kClockSysControl = 0x4000803cu;
constexpr uint32_t kClockSysSelected = 0x40008044u;
constexpr uint32_t kClockPeriControl = 0x40008048u;

constexpr uint32_t kWatchdogTick = 0x4005802cu;  // 4.7.2: what the timer counts

constexpr uint32_t kGpio0Control = 0x40014004u;  // 2.19: function 2 of GPIO 0 and 1 is UART0
constexpr uint32_t kGpioFunctionPio0 = 6;        // of every pin; their registers are 8 bytes apart
constexpr uint32_t kGpio1Control = 0x4001400cu;

constexpr uint32_t kTimerAlarm0 = 0x40054010u;  // 4.6
constexpr uint32_t kTimerNow = 0x40054028u;     // microseconds, the low word
constexpr uint32_t kTimerRaised = 0x40054034u;  // cleared by writing 1
constexpr uint32_t kTimerEnable = 0x40054038u;
constexpr uint32_t kTimerInterrupt = 0;

constexpr uint32_t kUartData = 0x40034000u;   // 4.2, PL011
constexpr uint32_t kUartFlags = 0x40034018u;  // bit 4: nothing received, bit 5: no room to send
constexpr uint32_t kUartIntegerDivisor = 0x40034024u;
constexpr uint32_t kUartFractionDivisor = 0x40034028u;
constexpr uint32_t kUartLine = 0x4003402cu;
constexpr uint32_t kUartControl = 0x40034030u;
constexpr uint32_t kUartMask = 0x40034038u;  // bit 4: received, bit 6: received, and then nothing
constexpr uint32_t kUartReceiveEmpty = 1u << 4;
constexpr uint32_t kUartSendFull = 1u << 5;
constexpr uint32_t kUartReceiveInterrupts = 1u << 4 | 1u << 6;
constexpr uint32_t kUartInterrupt = 20;

constexpr uint32_t kDma = 0x50000000u;  // 2.5; a channel's registers are 64 bytes
constexpr uint32_t kDmaChannel = 0x40u;
constexpr uint32_t kDmaReadAddress = 0x0u;
constexpr uint32_t kDmaWriteAddress = 0x4u;
constexpr uint32_t kDmaCount = 0x8u;
constexpr uint32_t kDmaControlTrigger = 0xcu;
constexpr uint32_t kDmaControl = 0x10u;  // starts nothing
constexpr uint32_t kDmaEnable0 = kDma + 0x404u;
constexpr uint32_t kDmaStatus0 = kDma + 0x40cu;  // cleared by writing 1
constexpr uint32_t kDmaInterrupt0 = 11;
constexpr uint32_t kDmaRequestPio0Receive0 = 4;

constexpr uint32_t kPio0 = 0x50200000u;  // 3.7
constexpr uint32_t kPioControl = kPio0 + 0x0u;
constexpr uint32_t kPioReceive0 = kPio0 + 0x20u;
constexpr uint32_t kPioProgram = kPio0 + 0x48u;
constexpr uint32_t kPioDivider0 = kPio0 + 0xc8u;
constexpr uint32_t kPioExec0 = kPio0 + 0xccu;
constexpr uint32_t kPioShift0 = kPio0 + 0xd0u;
constexpr uint32_t kPioInstruction0 = kPio0 + 0xd8u;
constexpr uint32_t kPioPins0 = kPio0 + 0xdcu;

constexpr uint32_t kNvicEnable = 0xe000e100u;
constexpr uint32_t kNvicDisable = 0xe000e180u;
constexpr uint32_t kVectorTable = 0xe000ed08u;

inline volatile uint32_t& reg(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}

// Takes peripherals out of their reset.
inline void release(uint32_t peripherals) {
  reg(kResets + kClearAlias) = peripherals;
  while ((~reg(kResetDone) & peripherals) != 0) {
  }
}

inline uint32_t microseconds() { return reg(kTimerNow); }

}  // namespace kws_rp2040
