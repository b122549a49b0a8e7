// main() for boards without a framework that brings one: setup() once, then loop() for ever. A
// program with a main() of its own keeps it.
#if defined(KWS_HAL_VIRTUAL) || defined(KWS_HAL_NATIVE) || defined(KWS_HAL_RP2040_BARE)

void setup() __attribute__((weak));
void loop() __attribute__((weak));

__attribute__((weak)) int main() {
  setup();
  for (;;) loop();
}

#endif
