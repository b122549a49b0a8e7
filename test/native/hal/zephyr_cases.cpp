// Drives the HAL of Zephyr: its thread runs until the driver has no more audio and it waits.
#include <zephyr/audio/dmic.h>
#include <zephyr/drivers/uart.h>

#include <csetjmp>
#include <deque>
#include <string>

#include "audio.h"
#include "cases.h"
#include "kws_hal/kws_hal.h"

const device stand_in_dmic_dev = {"microphone"};
const device stand_in_zephyr_console = {"console"};

static Listener listener;
static const char* reason = nullptr;
static bool ready = true;
static int configured = 0;
static int triggered = 0;
static pcm_stream_cfg stream;
static pdm_chan_cfg channel;
static k_thread_entry_t entry = nullptr;
static void* argument = nullptr;
static int priority = 0;
static jmp_buf no_audio;
static std::deque<std::vector<int16_t>> audio;  // blocks the driver has
static int held = 0;                            // blocks that were not given back
static int slept = 0;                           // ms
static uart_irq_callback_user_data_t on_byte = nullptr;
static bool interrupts = false;
static std::deque<uint8_t> incoming;
static std::string outgoing;

namespace kws {
namespace hal {
void application_setup() {}
void application_loop() {}
}  // namespace hal
}  // namespace kws

bool device_is_ready(const device* dev) { return dev != &stand_in_dmic_dev || ready; }
uint32_t dmic_build_channel_map(uint8_t, uint8_t, pdm_lr lr) { return lr; }
int dmic_configure(const device*, dmic_cfg* with) {
  stream = *with->streams;
  channel = with->channel;
  return configured;
}
int dmic_trigger(const device*, enum dmic_trigger command) {
  CHECK(command == DMIC_TRIGGER_START);
  return triggered;
}
int dmic_read(const device*, uint8_t, void** block, size_t* bytes, int32_t) {
  if (audio.empty()) return -11;
  static std::vector<int16_t> given;
  given = audio.front();
  audio.pop_front();
  *block = given.data();
  *bytes = given.size() * sizeof(int16_t);
  ++held;
  return 0;
}
void k_mem_slab_free(k_mem_slab*, void*) { --held; }
int32_t k_msleep(int32_t ms) {
  slept += ms;
  if (entry != nullptr) longjmp(no_audio, 1);
  return 0;
}
uint32_t k_cycle_get_32() { return 1234; }
int sys_clock_hw_cycles_per_sec() { return 64000000; }
k_tid_t k_thread_create(k_thread* thread, char*, size_t, k_thread_entry_t with, void* p1, void*,
                        void*, int at, uint32_t, k_timeout_t) {
  entry = with;
  argument = p1;
  priority = at;
  return thread;
}
int uart_irq_callback_user_data_set(const device*, uart_irq_callback_user_data_t with, void*) {
  on_byte = with;
  return 0;
}
void uart_irq_rx_enable(const device*) { interrupts = true; }
void uart_irq_rx_disable(const device*) { interrupts = false; }
int uart_irq_update(const device*) { return 1; }
int uart_irq_rx_ready(const device*) { return interrupts && !incoming.empty(); }
int uart_fifo_read(const device*, uint8_t* data, int) {
  *data = incoming.front();
  incoming.pop_front();
  return 1;
}
void uart_poll_out(const device*, unsigned char byte) { outgoing += static_cast<char>(byte); }

static void start() { CHECK(kws::hal::microphone_begin(listener.ring, 16000, &reason)); }

// Samples, each 16 times smaller than it is to be: a gain of 4 bits.
static void deliver(const std::vector<int16_t>& samples) {
  for (size_t at = 0; at < samples.size(); at += 160) {
    const size_t end = at + 160 < samples.size() ? at + 160 : samples.size();
    audio.emplace_back(samples.begin() + static_cast<std::ptrdiff_t>(at),
                       samples.begin() + static_cast<std::ptrdiff_t>(end));
  }
  if (setjmp(no_audio) == 0) entry(argument, nullptr, nullptr);
  CHECK(held == 0);
}

static std::vector<int16_t> amplified(std::vector<int16_t> samples) {
  for (int16_t& sample : samples) sample = static_cast<int16_t>(sample * 16);
  return samples;
}

static void starts_with_blocks_of_ten_milliseconds() {
  start();
  CHECK(stream.pcm_rate == 16000 && stream.pcm_width == 16 && stream.block_size == 320);
  CHECK(channel.req_num_chan == 1 && channel.req_chan_map_lo == PDM_CHAN_LEFT);
  CHECK(stream.mem_slab->num_blocks * stream.block_size >= 2560);  // 80 ms
  CHECK(priority < 0);                                             // above the main thread
}

// KWS_MIC_SETTLE_MS is 10: 160 samples.
static void drops_the_settling_time_then_delivers_in_order() {
  start();
  deliver(ramp(800));
  CHECK(listener.heard() == amplified(ramp(640, 160)));
}

static void saturates_and_takes_another_gain() {
  start();
  deliver(ramp(160));
  deliver({2047, 2048, -2048, -2049});
  CHECK((listener.heard() == std::vector<int16_t>{32752, 32767, -32768, -32768}));
  CHECK(kws::hal::microphone_gain(0) && !kws::hal::microphone_gain(9));
  deliver({5, -5});
  CHECK((listener.heard() == std::vector<int16_t>{5, -5}));
}

static void counts_overruns() {
  start();
  deliver(ramp(160));
  deliver(ramp(5000));
  CHECK(listener.ring.overruns() == 5000 - Listener::kCapacity);
}

static void a_stream_that_never_changes_is_noticed() {
  start();
  deliver(ramp(160));
  kws::SilenceWatch watch;
  bool dead = false;
  for (int second = 0; second < 11; ++second) {
    CHECK(!dead);
    deliver(std::vector<int16_t>(1600, 0));
    const std::vector<int16_t> heard = listener.heard();
    dead = watch.observe(heard.data(), heard.size());
  }
  CHECK(dead);
}

static void start_failures_are_reported() {
  ready = false;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strstr(reason, "not ready") != nullptr);
  ready = true;
  configured = -22;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  configured = 0;
  triggered = -5;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strstr(reason, "did not start") != nullptr && entry == nullptr);
}

// What finds no room stays with the driver, and comes when there is some.
static void the_line_loses_nothing() {
  kws::hal::begin();
  for (int i = 0; i < 3000; ++i) incoming.push_back(static_cast<uint8_t>(i));
  on_byte(&stand_in_zephyr_console, nullptr);
  CHECK(!interrupts && incoming.size() == 3000 - kws::hal::kReceiveBytes);
  std::vector<uint8_t> all;
  uint8_t bytes[512];
  for (size_t n; (n = kws::hal::serial_read(bytes, sizeof bytes)) > 0;) {
    all.insert(all.end(), bytes, bytes + n);
    if (interrupts) on_byte(&stand_in_zephyr_console, nullptr);
  }
  CHECK(all.size() == 3000);
  for (size_t i = 0; i < all.size(); ++i) CHECK(all[i] == static_cast<uint8_t>(i));
  kws::hal::serial_write("hello\n", 6);
  CHECK(outgoing == "hello\n");
}

static void counts_cycles_and_sleeps() {
  CHECK(kws::hal::ticks() == 1234 && kws::hal::ticks_per_second() == 64000000);
  kws::hal::idle(false);
  CHECK(slept == 1);
  kws::hal::idle(true);
  CHECK(slept == 9 && kws::hal::audio_link() == nullptr && kws::hal::has_microphone());
  CHECK(!kws::hal::has_pins());
}

static const Case cases[] = {
    {"starts-with-blocks-of-ten-milliseconds", starts_with_blocks_of_ten_milliseconds},
    {"drops-the-settling-time-then-delivers-in-order",
     drops_the_settling_time_then_delivers_in_order},
    {"saturates-and-takes-another-gain", saturates_and_takes_another_gain},
    {"counts-overruns", counts_overruns},
    {"a-stream-that-never-changes-is-noticed", a_stream_that_never_changes_is_noticed},
    {"start-failures-are-reported", start_failures_are_reported},
    {"the-line-loses-nothing", the_line_loses_nothing},
    {"counts-cycles-and-sleeps", counts_cycles_and_sleeps},
};

int main(int argc, char** argv) { return run_case(cases, argc, argv); }
