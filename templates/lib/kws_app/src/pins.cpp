#include "kws_app/pins.h"

#include "kws_hal/kws_hal.h"
#include "kws_protocol/line_writer.h"

namespace kws {

namespace {

void tell(uint8_t pin, const char* name, bool high) {
  if (hal::has_pins()) return;
  LineWriter line(hal::serial_write);
  line.begin("pin").add("pin", pin);
  if (name != nullptr) line.add("name", name);
  line.add("level", high ? 1 : 0).end();
}

}  // namespace

void pin_output(uint8_t pin, const char* name, bool high) {
  hal::pin_output(pin, high);
  tell(pin, name, high);
}

void pin_write(uint8_t pin, const char* name, bool high) {
  hal::pin_write(pin, high);
  tell(pin, name, high);
}

}  // namespace kws
