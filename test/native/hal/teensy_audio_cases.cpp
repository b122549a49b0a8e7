// Drives teensy_audio.cpp as the update interrupt of Teensy's Audio library does.
#include <AudioStream.h>

#include "audio.h"
#include "serial_cases.h"

namespace fake {
AudioLibrary audio;
}

static Listener listener;
static const char* reason = nullptr;

static void start() { CHECK(kws::hal::microphone_begin(listener.ring, 44100, &reason)); }

// A block of samples, each 16 times smaller than it is to be: a gain of 4 bits.
static void deliver(const std::vector<int16_t>& samples) {
  CHECK(samples.size() == AUDIO_BLOCK_SAMPLES);
  static audio_block_t block;
  for (size_t i = 0; i < samples.size(); ++i) block.data[i] = samples[i];
  fake::audio.block = &block;
  fake::audio.listener->update();
  CHECK(fake::audio.held == 0);
}

static std::vector<int16_t> amplified(std::vector<int16_t> samples) {
  for (int16_t& sample : samples) sample = static_cast<int16_t>(sample * 16);
  return samples;
}

static void settled() {
  start();
  for (int block = 0; block < 4; ++block) deliver(ramp(128));  // 441 samples of 512
  listener.heard();
}

static void starts_on_the_left_channel() {
  start();
  CHECK(fake::audio.channel == 0 && fake::audio.blocks >= 4);
}

// KWS_MIC_SETTLE_MS is 10: 441 samples.
static void drops_the_settling_time_then_delivers_in_order() {
  start();
  for (int block = 0; block < 4; ++block) deliver(ramp(128, 128 * block));
  CHECK(listener.heard() == amplified(ramp(512 - 441, 441)));
  deliver(ramp(128, 600));
  CHECK(listener.heard() == amplified(ramp(128, 600)));
}

static void saturates() {
  settled();
  std::vector<int16_t> loud(128, 2048);
  loud[1] = -2049;
  deliver(loud);
  const std::vector<int16_t> heard = listener.heard();
  CHECK(heard[0] == 32767 && heard[1] == -32768 && heard[2] == 32767);
}

static void counts_overruns() {
  settled();
  for (int block = 0; block < 40; ++block) deliver(ramp(128));
  CHECK(listener.ring.overruns() == 40 * 128 - Listener::kCapacity);
}

static void a_stream_that_never_changes_is_noticed() {
  settled();
  kws::SilenceWatch watch;
  bool dead = false;
  for (int block = 0; block < 126; ++block) {
    CHECK(!dead);
    deliver(std::vector<int16_t>(128, 0));
    const std::vector<int16_t> heard = listener.heard();
    dead = watch.observe(heard.data(), heard.size());
  }
  CHECK(dead);
}

static void takes_nothing_before_it_is_started() {
  deliver(ramp(128));
  CHECK(listener.heard().empty());
}

static void a_library_without_a_block_is_passed_over() {
  start();
  fake::audio.listener->update();
  CHECK(listener.heard().empty() && fake::audio.held == 0);
}

static void other_rates_are_refused() {
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strstr(reason, "44100 samples per second") != nullptr);
}

static void gain_can_be_set_while_it_runs() {
  settled();
  CHECK(kws::hal::microphone_gain(0));
  deliver(ramp(128, 5));
  CHECK(listener.heard() == ramp(128, 5));
  CHECK(!kws::hal::microphone_gain(9));
}

static const Case cases[] = {
    SERIAL_CASES,
    {"starts-on-the-left-channel", starts_on_the_left_channel},
    {"drops-the-settling-time-then-delivers-in-order",
     drops_the_settling_time_then_delivers_in_order},
    {"saturates", saturates},
    {"gain-can-be-set-while-it-runs", gain_can_be_set_while_it_runs},
    {"counts-overruns", counts_overruns},
    {"a-stream-that-never-changes-is-noticed", a_stream_that_never_changes_is_noticed},
    {"takes-nothing-before-it-is-started", takes_nothing_before_it_is_started},
    {"a-library-without-a-block-is-passed-over", a_library_without_a_block_is_passed_over},
    {"other-rates-are-refused", other_rates_are_refused},
};

int main(int argc, char** argv) { return run_case(cases, argc, argv); }
