// Drives arduino_pdm.cpp as the interrupt of the PDM library does, on each core.
#include <PDM.h>

#include "audio.h"
#include "serial_cases.h"

namespace fake {
Pdm pdm;
}
#if defined(ARDUINO_ARCH_MBED)
PDMClass PDM(29, 28, 27);
#else
PDMClass PDM;
#endif

static Listener listener;
static const char* reason = nullptr;

static void deliver(const std::vector<int16_t>& samples) {
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(samples.data());
  fake::pdm.buffer.assign(bytes, bytes + samples.size() * sizeof(int16_t));
  fake::pdm.callback();
}

static void start() { CHECK(kws::hal::microphone_begin(listener.ring, 16000, &reason)); }

static void starts_mono_with_the_board_files_gain() {
  start();
#if defined(ARDUINO_NRF52_ADAFRUIT)
  CHECK((fake::pdm.calls == std::vector<std::string>{"pins 34 35 -1", "begin 1 16000", "gain 60"}));
#elif defined(ARDUINO_ARCH_RP2040)
  CHECK(
      (fake::pdm.calls == std::vector<std::string>{"din 2", "clk 3", "gain 60", "begin 1 16000"}));
#elif defined(KWS_MIC_PIN_DIN)
  CHECK((fake::pdm.calls == std::vector<std::string>{"gain 60", "begin 1 16000 on 2 3 -1"}));
#else
  CHECK((fake::pdm.calls == std::vector<std::string>{"gain 60", "begin 1 16000 on 29 28 27"}));
#endif
  CHECK(fake::pdm.callback != nullptr);
  CHECK(reason == nullptr);
}

// KWS_MIC_SETTLE_MS is 10: 160 samples.
static void drops_the_settling_time_then_delivers_in_order() {
  start();
  deliver(ramp(100));
  CHECK(listener.heard().empty());
  deliver(ramp(256, 100));
  deliver(ramp(32, 356));
  CHECK(listener.heard() == ramp(388 - 160, 160));
}

static void empties_buffers_larger_than_its_own() {
  start();
  deliver(ramp(160));
  deliver(ramp(1000));
  CHECK(fake::pdm.buffer.empty());
  CHECK(listener.heard() == ramp(1000));
}

static void counts_overruns() {
  start();
  deliver(ramp(160));
  for (int i = 0; i < 20; ++i) deliver(ramp(256, i * 256));
  CHECK(listener.ring.overruns() == 20 * 256 - Listener::kCapacity);
  CHECK(fake::pdm.buffer.empty());  // or the driver would have stopped for good
  CHECK(listener.heard() == ramp(Listener::kCapacity));
  deliver(ramp(256, 7));
  CHECK(listener.heard() == ramp(256, 7));
}

static void a_stream_that_never_changes_is_noticed() {
  start();
  kws::SilenceWatch watch;
  uint32_t buffers = 0;
  bool dead = false;
  while (!dead && buffers < 200) {
    deliver(std::vector<int16_t>(256, 0));
    ++buffers;
    const std::vector<int16_t> heard = listener.heard();
    dead = watch.observe(heard.data(), heard.size());
  }
  CHECK(dead);
  CHECK(buffers >= 62 && buffers <= 65);  // one second and the settling time
}

static void start_failure_is_reported() {
  fake::pdm.starts = false;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strcmp(reason,
                    "The PDM driver did not start: are its pins or its DMA channel in use?") == 0);
}

static void other_rates_are_refused() {
  CHECK(!kws::hal::microphone_begin(listener.ring, 8000, &reason));
  CHECK(std::strstr(reason, "16000 samples per second") != nullptr);
  CHECK(fake::pdm.calls.empty());
}

static void gain_can_be_set_while_it_runs() {
#if defined(KWS_LIVE)
  start();
  CHECK(kws::hal::microphone_gain(80));
  CHECK(fake::pdm.calls.back() == "gain 80");
  CHECK(!kws::hal::microphone_gain(81));
  CHECK(fake::pdm.calls.back() == "gain 80");
#endif
}

static const Case cases[] = {
    SERIAL_CASES,
    {"starts-mono-with-the-board-files-gain", starts_mono_with_the_board_files_gain},
    {"drops-the-settling-time-then-delivers-in-order",
     drops_the_settling_time_then_delivers_in_order},
    {"empties-buffers-larger-than-its-own", empties_buffers_larger_than_its_own},
    {"counts-overruns", counts_overruns},
    {"gain-can-be-set-while-it-runs", gain_can_be_set_while_it_runs},
    {"a-stream-that-never-changes-is-noticed", a_stream_that_never_changes_is_noticed},
    {"start-failure-is-reported", start_failure_is_reported},
    {"other-rates-are-refused", other_rates_are_refused},
};

int main(int argc, char** argv) { return run_case(cases, argc, argv); }
