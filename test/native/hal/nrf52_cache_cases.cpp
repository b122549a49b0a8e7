// The nRF52840's instruction cache, which no Arduino core turns on.
#include <PDM.h>
#include <nrf.h>
#include <nrf_sdm.h>

#include "serial_cases.h"

namespace fake {
Pdm pdm;
}
#if defined(ARDUINO_ARCH_MBED)
PDMClass PDM(29, 28, 27);
#else
PDMClass PDM;
#endif

static void is_on_after_the_start() {
  fake::nvmc.ICACHECNF = 0x100;  // the bit that counts hits stays as it is
  kws::hal::begin();
  CHECK(fake::nvmc.ICACHECNF == 0x101);
}

// Only a core that brings the radio stack can ask for it.
static void is_left_alone_while_the_radio_stack_is_active() {
  fake::softdevice_active = 1;
  kws::hal::begin();
#if defined(SOFTDEVICE_PRESENT)
  CHECK(fake::nvmc.ICACHECNF == 0);
#else
  CHECK(fake::nvmc.ICACHECNF == 1);
#endif
}

static const Case cases[] = {
    SERIAL_CASES,
    {"is-on-after-the-start", is_on_after_the_start},
    {"is-left-alone-while-the-radio-stack-is-active",
     is_left_alone_while_the_radio_stack_is_active},
};

int main(int argc, char** argv) { return run_case(cases, argc, argv); }
