// The machines that virtual boards run on, QEMU's models of Arm's MPS2 and MPS3 boards: where their
// UART, their counter and their interrupts are. For the startup code and for the HAL.
//
// "Arm MPS2 and MPS2+ FPGA Prototyping Boards Technical Reference Manual", application notes AN385,
// AN386, AN500 (one memory map), AN505 (SSE-200, secure addresses) and AN547 (SSE-300).
// KWS_MACHINE_AN… comes from the board's file.
#pragma once

#include <cstdint>

namespace kws_machine {

#if defined(KWS_MACHINE_AN505)
constexpr uint32_t kUart = 0x50200000u;
constexpr uint32_t kUartReceiveInterrupt = 32;
constexpr uint32_t kClockHz = 20000000u;
constexpr bool kProgramAtZero = false;
// CMSDK timer: counts down.
constexpr uint32_t kCounterControl = 0x50000000u;
constexpr uint32_t kCounterValue = 0x50000004u;
constexpr uint32_t kCounterReload = 0x50000008u;
constexpr bool kCounterDown = true;
#elif defined(KWS_MACHINE_AN547)
constexpr uint32_t kUart = 0x49303000u;
constexpr uint32_t kUartReceiveInterrupt = 33;
constexpr uint32_t kClockHz = 32000000u;
constexpr bool kProgramAtZero = true;
// System counter of the SSE-300, control frame: counts up from 0, has no reload value.
constexpr uint32_t kCounterControl = 0x58100000u;
constexpr uint32_t kCounterValue = 0x58100008u;
constexpr uint32_t kCounterReload = 0;
constexpr bool kCounterDown = false;
#else
constexpr uint32_t kUart = 0x40004000u;
constexpr uint32_t kUartReceiveInterrupt = 0;
constexpr uint32_t kClockHz = 25000000u;
constexpr bool kProgramAtZero = true;
constexpr uint32_t kCounterControl = 0x40000000u;
constexpr uint32_t kCounterValue = 0x40000004u;
constexpr uint32_t kCounterReload = 0x40000008u;
constexpr bool kCounterDown = true;
#endif

// CMSDK UART: "Cortex-M System Design Kit Technical Reference Manual" 4.3.
constexpr uint32_t kUartData = kUart;
constexpr uint32_t kUartState = kUart + 4;  // bit 0: transmit buffer full, bit 1: a byte came
constexpr uint32_t kUartCtrl = kUart + 8;   // bits 0, 1, 3: transmit, receive, receive interrupt
constexpr uint32_t kUartInterrupt = kUart + 12;  // bit 1: receive; cleared by writing 1
constexpr uint32_t kUartBauddiv = kUart + 16;

inline volatile uint32_t& reg(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}

}  // namespace kws_machine
