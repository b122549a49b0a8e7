// Cases of arduino_serial.cpp and arduino_main.cpp that hold on every core.
#pragma once

#include <Arduino.h>

#include <string>

#include "cases.h"
#include "kws_hal/kws_hal.h"

static std::string lifecycle;

namespace kws {
namespace hal {
void application_setup() { lifecycle += "setup "; }
void application_loop() { lifecycle += "loop "; }
}  // namespace hal
}  // namespace kws

// Declared by the core's header with the core's linkage; called as its main() does.
inline void framework_calls_the_application() {
  setup();
  loop();
  loop();
  CHECK(lifecycle == "setup loop loop ");
}

inline void pins_become_outputs_and_are_set() {
  CHECK(kws::hal::has_pins());
  kws::hal::pin_output(13, false);
  kws::hal::pin_write(13, true);
  CHECK((fake::pins == std::vector<std::string>{"13 output", "13 low", "13 high"}));
}

inline void begin_opens_the_line() {
  kws::hal::begin();
  CHECK(fake::usb.baud == 115200);
}

inline void reads_what_is_there() {
  kws::hal::begin();
  uint8_t bytes[4] = {};
  CHECK(kws::hal::serial_read(bytes, sizeof bytes) == 0);
  for (const uint8_t byte : {'h', 'e', 'l', 'l', 'o'}) fake::usb.incoming.push_back(byte);
  CHECK(kws::hal::serial_read(bytes, sizeof bytes) == 4);
  CHECK(std::memcmp(bytes, "hell", 4) == 0);
  CHECK(kws::hal::serial_read(bytes, sizeof bytes) == 1);
  CHECK(bytes[0] == 'o');
  CHECK(fake::waited_us == 0);
}

inline void writes_everything_in_order() {
  kws::hal::begin();
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>('a' + i % 26);
  kws::hal::serial_write(text.data(), text.size());
  CHECK(fake::usb.outgoing == text);
  CHECK(fake::waited_us == 0);
}

inline void gives_up_where_nobody_reads() {
  kws::hal::begin();
  fake::usb.room = 10;
  const std::string text(200, 'x');
  kws::hal::serial_write(text.data(), text.size());
  CHECK(fake::usb.outgoing.size() == 10);
  CHECK(fake::waited_us >= 40000 && fake::waited_us <= 60000);
  // Once given up on, a reader costs no more time ...
  const uint32_t before = fake::waited_us;
  for (int i = 0; i < 100; ++i) kws::hal::serial_write(text.data(), text.size());
  CHECK(fake::waited_us == before);
  // ... and is served again as soon as it reads.
  fake::usb.room = SIZE_MAX;
  kws::hal::serial_write("back\n", 5);
  CHECK(fake::usb.outgoing.substr(10) == "back\n");
}

inline void counts_microseconds_and_sleeps() {
  fake::now_us = 123456;
  CHECK(kws::hal::ticks() == 123456);
  CHECK(kws::hal::ticks_per_second() == 1000000);
  kws::hal::idle(false);
  CHECK(fake::waited_us > 0 && fake::waited_us <= 1000);
  fake::waited_us = 0;
  kws::hal::idle(true);
  CHECK(fake::waited_us > 1000 && fake::waited_us <= 1000 * kws::hal::kDeepMs);
  CHECK(kws::hal::audio_link() == nullptr);
  CHECK(kws::hal::has_microphone());
}

#define SERIAL_CASES                                                        \
  {"framework-calls-the-application", framework_calls_the_application},     \
      {"pins-become-outputs-and-are-set", pins_become_outputs_and_are_set}, \
      {"begin-opens-the-line", begin_opens_the_line},                       \
      {"reads-what-is-there", reads_what_is_there},                         \
      {"writes-everything-in-order", writes_everything_in_order},           \
      {"gives-up-where-nobody-reads", gives_up_where_nobody_reads}, {       \
    "counts-microseconds-and-sleeps", counts_microseconds_and_sleeps        \
  }
