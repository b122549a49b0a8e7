// What a project's own code may call.
#include <cstring>

#include "kws_app/pins.h"
#include "kws_device.h"
#include "kws_hal/kws_hal.h"

void kws_print(const char* text) {
  kws::hal::serial_write(text, std::strlen(text));
  kws::hal::serial_write("\r\n", 2);
}

void kws_pin_output(uint8_t pin, bool high) { kws::pin_output(pin, nullptr, high); }

void kws_pin_write(uint8_t pin, bool high) { kws::pin_write(pin, nullptr, high); }
