// Arduino's cores own main() and call setup() and loop(). Some declare these with C linkage, some
// with C++ linkage: only a file that includes Arduino.h can define them for all.
#if defined(KWS_HAL_ARDUINO)

#if defined(ARDUINO_ARCH_MBED)
#include <chrono>  // first: this core defines abs() as a macro, which C++17's chrono cannot bear
#endif
#include <Arduino.h>

#include "kws_hal/kws_hal.h"

void setup() { kws::hal::application_setup(); }
void loop() { kws::hal::application_loop(); }

#endif  // KWS_HAL_ARDUINO
