// The firmware's entry point: the same file for every board, model and runtime.
#include "kws_app/app.h"
#include "kws_hal/kws_hal.h"

namespace {

kws::App app(kws::kAppConfig);

}  // namespace

namespace kws {
namespace hal {

// Where a framework owns main() (Arduino), the HAL calls these two.
void application_setup() { app.begin(); }
void application_loop() { app.poll(); }

}  // namespace hal
}  // namespace kws

#ifndef KWS_HAL_ARDUINO

int main() {
  app.begin();
  for (;;) app.poll();
}

#endif
