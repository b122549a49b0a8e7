// A word, another, the first again: what the pin does.
#include <kws_device.h>

#include <cstdio>

void kws_pin_output(uint8_t pin, bool high) { std::printf("output %u %d\n", pin, high); }
void kws_pin_write(uint8_t pin, bool high) {
  std::printf("%s\n", high && pin == 13 ? "on" : "off");
}

int main() {
  kws_user_setup();
  const char* const heard[] = {"yes", "no", "yes"};
  for (const char* label : heard) {
    std::printf("%s\n", label);
    kws_on_detection("m", label, 1.0f, 0);
    for (int round = 0; round < 200; ++round) kws_user_loop();
  }
}
