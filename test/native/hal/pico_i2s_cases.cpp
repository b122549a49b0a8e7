// Drives pico_i2s.cpp as the interrupt of arduino-pico's I2S library does.
#include <I2S.h>

#include "audio.h"
#include "serial_cases.h"

namespace fake {
I2sLine i2s;
}

static Listener listener;
static const char* reason = nullptr;

static void start() { CHECK(kws::hal::microphone_begin(listener.ring, 16000, &reason)); }

// The microphone speaks on the left channel; the other one is an open line. A gain of 4: a step of
// the sample is 16 of the 24 bits.
static void deliver(const std::vector<int16_t>& samples) {
  for (const int16_t sample : samples) {
    fake::i2s.words.push_back(sample * 16 * 256);
    fake::i2s.words.push_back(-1);
  }
  fake::i2s.callback();
}

static void starts_with_the_board_files_pins() {
  start();
  CHECK((fake::i2s.calls ==
         std::vector<std::string>{"bclk 26", "data 22", "bits 32", "words 1024", "begin 16000"}));
}

// KWS_MIC_SETTLE_MS is 10: 160 samples.
static void drops_the_settling_time_then_delivers_in_order() {
  start();
  deliver(ramp(100));
  CHECK(listener.heard().empty());
  deliver(ramp(300, 100));
  CHECK(listener.heard() == ramp(400 - 160, 160));
}

static void amplifies_and_saturates() {
  start();
  deliver(ramp(160));
  for (const int32_t word : {15, 16, -16, 0x80000, -0x80001}) {
    fake::i2s.words.push_back(word * 256);
    fake::i2s.words.push_back(0);
  }
  fake::i2s.callback();
  CHECK((listener.heard() == std::vector<int16_t>{0, 1, -1, 32767, -32768}));
}

static void counts_overruns() {
  start();
  deliver(ramp(160));
  deliver(ramp(5000));
  CHECK(listener.ring.overruns() == 5000 - Listener::kCapacity);
  CHECK(listener.heard() == ramp(Listener::kCapacity));
  deliver(ramp(10, 3));
  CHECK(listener.heard() == ramp(10, 3));
}

static void a_stream_that_never_changes_is_noticed() {
  start();
  kws::SilenceWatch watch;
  bool dead = false;
  for (int i = 0; i < 64; ++i) {
    CHECK(!dead);
    deliver(std::vector<int16_t>(256, 0));
    const std::vector<int16_t> heard = listener.heard();
    dead = watch.observe(heard.data(), heard.size());
  }
  CHECK(dead);
}

static void start_failures_are_reported() {
  fake::i2s.pins_are_good = false;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strcmp(reason, "The I2S pins of the board file cannot be used for I2S") == 0);
  fake::i2s.pins_are_good = true;
  fake::i2s.starts = false;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strncmp(reason, "The I2S driver did not start", 28) == 0);
}

static void gain_can_be_set_while_it_runs() {
  start();
  deliver(ramp(160));
  CHECK(kws::hal::microphone_gain(0));
  deliver({16, -32});
  CHECK((listener.heard() == std::vector<int16_t>{1, -2}));
  CHECK(!kws::hal::microphone_gain(17));
}

static const Case cases[] = {
    SERIAL_CASES,
    {"starts-with-the-board-files-pins", starts_with_the_board_files_pins},
    {"drops-the-settling-time-then-delivers-in-order",
     drops_the_settling_time_then_delivers_in_order},
    {"amplifies-and-saturates", amplifies_and_saturates},
    {"gain-can-be-set-while-it-runs", gain_can_be_set_while_it_runs},
    {"counts-overruns", counts_overruns},
    {"a-stream-that-never-changes-is-noticed", a_stream_that_never_changes_is_noticed},
    {"start-failures-are-reported", start_failures_are_reported},
};

int main(int argc, char** argv) { return run_case(cases, argc, argv); }
