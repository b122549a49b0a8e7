// The nRF52840's instruction cache. It is off after reset and neither Arduino core turns it on, so
// that every instruction waits for the flash.
#pragma once

#if defined(NRF52840_XXAA)
#include <nrf.h>
#if defined(SOFTDEVICE_PRESENT)
#include <nrf_sdm.h>
#endif
#endif

namespace kws {
namespace hal {

inline void enable_instruction_cache() {
#if defined(NRF52840_XXAA)
#if defined(SOFTDEVICE_PRESENT)
  // While Nordic's radio stack is active, the flash controller belongs to it: a write would be a
  // fault.
  uint8_t active = 0;
  sd_softdevice_is_enabled(&active);
  if (active != 0) return;
#endif
  NRF_NVMC->ICACHECNF = NRF_NVMC->ICACHECNF | NVMC_ICACHECNF_CACHEEN_Msk;
#endif
}

}  // namespace hal
}  // namespace kws
