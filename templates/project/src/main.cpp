// The firmware's entry point: the same file for every board, model and runtime.
#include "kws_app/app.h"

namespace {

kws::App app(kws::kAppConfig);

}  // namespace

#ifdef ARDUINO

// Arduino's core owns main() and calls these two.
void setup();
void loop();

void setup() { app.begin(); }
void loop() { app.poll(); }

#else

int main() {
  app.begin();
  for (;;) app.poll();
}

#endif
