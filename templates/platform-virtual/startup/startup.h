// Registers of the core that the startup code needs: "ARMv7-M Architecture Reference Manual" (SCB,
// SysTick, MPU) and "Armv8-M Architecture Reference Manual" (its MPU).
#pragma once

#include <cstdint>

#include "kws_machine.h"
#include "report.h"

namespace kws_startup {

using kws_machine::kClockHz;
using kws_machine::kUartBauddiv;
using kws_machine::kUartCtrl;
using kws_machine::kUartData;
using kws_machine::kUartState;
using kws_machine::reg;

constexpr uint32_t kSysTickCtrl = 0xe000e010u;  // bits 0, 1, 2: enable, interrupt, core clock
constexpr uint32_t kSysTickLoad = 0xe000e014u;
constexpr uint32_t kSysTickValue = 0xe000e018u;

constexpr uint32_t kCcr = 0xe000ed14u;    // bit 0: thread mode may be entered from any exception
constexpr uint32_t kShpr3 = 0xe000ed20u;  // priorities of PendSV and SysTick
constexpr uint32_t kCfsr = 0xe000ed28u;   // why a fault was raised
constexpr uint32_t kCfsrStackOverflow = 1u << 20;  // Armv8-M: STKOF; reserved before
constexpr uint32_t kCpacr = 0xe000ed88u;           // coprocessor access: 10 and 11 are the FPU

constexpr uint32_t kMpuCtrl =
    0xe000ed94u;  // bit 0: enable, bit 2: default map for what no region covers
constexpr uint32_t kMpuNumber = 0xe000ed98u;
constexpr uint32_t kMpuBase = 0xe000ed9cu;
constexpr uint32_t kMpuAttributes = 0xe000eda0u;  // Armv8-M: limit of the region (RLAR)
constexpr uint32_t kMpuMair0 = 0xe000edc0u;       // Armv8-M: memory types

}  // namespace kws_startup
