// Output pins of every Arduino core.
#if defined(KWS_HAL_ARDUINO)

#if defined(ARDUINO_ARCH_MBED)
#include <chrono>  // first: this core defines abs() as a macro, which C++17's chrono cannot bear
#endif
#include <Arduino.h>

#include "kws_hal/kws_hal.h"

namespace kws {
namespace hal {

bool has_pins() { return true; }

void pin_output(uint8_t pin, bool high) {
  pinMode(pin, OUTPUT);
  pin_write(pin, high);
}

void pin_write(uint8_t pin, bool high) { digitalWrite(pin, high ? HIGH : LOW); }

}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_ARDUINO
