// Drives esp32_i2s.cpp: its task runs until the driver has no more audio and it waits.
#include <driver/i2s.h>
#include <freertos/task.h>

#include <csetjmp>

#include "audio.h"
#include "serial_cases.h"

#if defined(KWS_HAL_ES7210)
#include <Wire.h>
namespace fake {
Bus bus = [] {
  Bus with_a_codec;
  with_a_codec.answers_at = 0x40;
  return with_a_codec;
}();
}  // namespace fake
TwoWire Wire;
constexpr int kShift = 0;  // bits: the gain is the codec's
#else
constexpr int kShift = KWS_MIC_GAIN;
#endif

static Listener listener;
static const char* reason = nullptr;

#if defined(KWS_MIC_PIN_CLK)
using Slot = int16_t;
#else
using Slot = int32_t;
#endif
static std::vector<Slot> line;  // slots on the data line that the driver has not handed out
static i2s_config_t config;
static i2s_pin_config_t pins;
static esp_err_t install_result = ESP_OK;
static esp_err_t pin_result = ESP_OK;
static BaseType_t task_result = pdPASS;
static int installed = 0;
static TaskFunction_t task = nullptr;
static void* task_argument = nullptr;
static jmp_buf idle;

esp_err_t i2s_driver_install(i2s_port_t, const i2s_config_t* with, int, void*) {
  config = *with;
  if (install_result == ESP_OK) ++installed;
  return install_result;
}
esp_err_t i2s_driver_uninstall(i2s_port_t) {
  --installed;
  return ESP_OK;
}
esp_err_t i2s_set_pin(i2s_port_t, const i2s_pin_config_t* with) {
  pins = *with;
  return pin_result;
}
esp_err_t i2s_read(i2s_port_t, void* to, size_t size, size_t* bytes_read, TickType_t) {
  const size_t most = size / sizeof(Slot);
  const size_t count = line.size() < most ? line.size() : most;
  if (count == 0) return ESP_FAIL;
  std::memcpy(to, line.data(), count * sizeof(Slot));
  line.erase(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(count));
  *bytes_read = count * sizeof(Slot);
  return ESP_OK;
}
BaseType_t xTaskCreatePinnedToCore(TaskFunction_t function, const char*, uint32_t, void* argument,
                                   UBaseType_t, TaskHandle_t*, BaseType_t) {
  task = function;
  task_argument = argument;
  return task_result;
}
void vTaskDelay(TickType_t) { longjmp(idle, 1); }

static void start() {
  CHECK(kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(task != nullptr && installed == 1);
}

// The microphone's words: 24 bits, left-aligned in 32; of PDM, what the peripheral makes of them.
static void deliver(const std::vector<int32_t>& words24) {
#if defined(KWS_MIC_PIN_CLK)
  for (const int32_t word : words24) line.push_back(static_cast<Slot>(word / 16));
#else
  for (const int32_t word : words24) line.push_back(word * 256);
#endif
  if (setjmp(idle) == 0) task(task_argument);
}

#if defined(KWS_MIC_PIN_CLK)
// The peripheral's samples have 16 bits: amplified by 4 of them they come in steps of 16.
constexpr int kStep = 1;
static std::vector<int16_t> heard_ramp(size_t count, int from = 0) {
  std::vector<int16_t> all(count);
  for (size_t i = 0; i < count; ++i) {
    const int step = (from + static_cast<int>(i)) % 2048;
    all[i] = static_cast<int16_t>(16 * step);
  }
  return all;
}
#else
constexpr int kStep = 256 >> kShift;
static std::vector<int16_t> heard_ramp(size_t count, int from = 0) { return ramp(count, from); }
#endif

// Words that become heard_ramp(count, from): with KWS_MIC_GAIN of 4 a step of the sample is 16 of
// the 24 bits.
static std::vector<int32_t> words(size_t count, int from = 0) {
  std::vector<int32_t> all;
  for (const int16_t sample : heard_ramp(count, from)) all.push_back(sample * kStep);
  return all;
}

static void starts_with_the_board_files_pins() {
  start();
  CHECK(config.sample_rate == 16000);
  CHECK(config.dma_buf_count * config.dma_buf_len >= 1600);  // a tenth of a second
  CHECK(pins.data_out_num == -1);
#if !defined(KWS_HAL_ES7210)
  CHECK(pins.mck_io_num == -1 && config.mclk_multiple == I2S_MCLK_MULTIPLE_DEFAULT);
#endif
#if defined(KWS_MIC_PIN_CLK)
  CHECK(config.mode == (I2S_MODE_MASTER | I2S_MODE_RX | I2S_MODE_PDM));
  CHECK(config.bits_per_sample == I2S_BITS_PER_SAMPLE_16BIT);
  CHECK(config.channel_format == I2S_CHANNEL_FMT_ONLY_RIGHT);
  CHECK(pins.bck_io_num == -1 && pins.ws_io_num == 33 && pins.data_in_num == 23);
#else
  CHECK(config.mode == (I2S_MODE_MASTER | I2S_MODE_RX));
  CHECK(config.bits_per_sample == I2S_BITS_PER_SAMPLE_32BIT);
  CHECK(config.channel_format == I2S_CHANNEL_FMT_ONLY_LEFT);
  CHECK(pins.bck_io_num == KWS_MIC_PIN_BCLK && pins.ws_io_num == KWS_MIC_PIN_WS);
  CHECK(pins.data_in_num == KWS_MIC_PIN_SD);
#endif
}

// KWS_MIC_SETTLE_MS is 10: 160 samples.
static void drops_the_settling_time_then_delivers_in_order() {
  start();
  deliver(words(100));
  CHECK(listener.heard().empty());
  deliver(words(700, 100));
  CHECK(listener.heard() == heard_ramp(800 - 160, 160));
}

static void amplifies_and_saturates() {
  start();
  deliver(words(160));
#if defined(KWS_MIC_PIN_CLK)
  line = {0, 1, -1, 2000, 2047, 2048, -2048, -2049, 32767, -32768};  // a gain of 4: 16 times
  deliver({});
  CHECK((listener.heard() ==
         std::vector<int16_t>{0, 16, -16, 32000, 32752, 32767, -32768, -32768, 32767, -32768}));
  return;
#elif defined(KWS_HAL_ES7210)
  deliver({0, 255, 256, -1, -256, 0x7fffff, -0x800000});
  CHECK((listener.heard() == std::vector<int16_t>{0, 0, 1, -1, -1, 32767, -32768}));
  return;
#endif
  deliver({0, 15, 16, -1, -16, 0x7ffff, 0x80000, 0x7fffff, -0x80000, -0x80001, -0x800000});
  CHECK((listener.heard() ==
         std::vector<int16_t>{0, 0, 1, -1, -1, 32767, 32767, 32767, -32768, -32768, -32768}));
}

static void counts_overruns() {
  start();
  deliver(words(160));
  deliver(words(5000));
  CHECK(listener.ring.overruns() == 5000 - Listener::kCapacity);
  CHECK(listener.heard() == heard_ramp(Listener::kCapacity));
  deliver(words(10, 3));
  CHECK(listener.heard() == heard_ramp(10, 3));
}

static void a_stream_that_never_changes_is_noticed() {
  start();
  kws::SilenceWatch watch;
  deliver(std::vector<int32_t>(160, 0));
  bool dead = false;
  for (int i = 0; i < 63; ++i) {
    CHECK(!dead);
    deliver(std::vector<int32_t>(256, -1));  // an open line pulled up
    const std::vector<int16_t> heard = listener.heard();
    dead = watch.observe(heard.data(), heard.size());
  }
  CHECK(dead);
}

static void start_failures_are_reported_and_undone() {
  install_result = ESP_FAIL;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strcmp(reason, "The I2S driver could not be installed: is the port in use?") == 0);
  install_result = ESP_OK;
  pin_result = ESP_FAIL;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strcmp(reason, "The I2S pins of the board file cannot be used for I2S") == 0);
  pin_result = ESP_OK;
  task_result = 0;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strcmp(reason, "No memory for the task that captures audio") == 0);
  CHECK(installed == 0);
}

#if ARDUINO_USB_CDC_ON_BOOT
// The board has two ports: both hear the hello, then the one that the host speaks on.
static void speaks_on_the_ports_there_are() {
  kws::hal::begin();
  CHECK(fake::uart.baud == 115200);
  kws::hal::serial_write("hello\n", 6);
  CHECK(fake::usb.outgoing == "hello\n" && fake::uart.outgoing == "hello\n");
  fake::uart.incoming.push_back('s');
  uint8_t byte = 0;
  CHECK(kws::hal::serial_read(&byte, 1) == 1 && byte == 's');
  kws::hal::serial_write("stats\n", 6);
  CHECK(fake::usb.outgoing == "hello\n" && fake::uart.outgoing == "hello\nstats\n");
  fake::usb.incoming.push_back('m');
  CHECK(kws::hal::serial_read(&byte, 1) == 1 && byte == 'm');
  kws::hal::serial_write("ok\n", 3);
  CHECK(fake::usb.outgoing == "hello\nok\n" && fake::uart.outgoing == "hello\nstats\n");
}

// Two frames of 512 bytes and a command of 120, which is what the application lets the host send.
static void keeps_what_comes_while_the_model_computes() {
  kws::hal::begin();
  const size_t most = 2 * (512 + 6) + 120 + 1;
  CHECK(fake::usb.kept >= most && fake::uart.kept >= most);
  CHECK(fake::usb.kept == kws::hal::kReceiveBytes);
}

#else
static void speaks_on_the_ports_there_are() {
  kws::hal::begin();
  kws::hal::serial_write("hello\n", 6);
  CHECK(fake::usb.baud == 115200 && fake::usb.outgoing == "hello\n");
}

static void keeps_what_comes_while_the_model_computes() {
  kws::hal::begin();
  CHECK(fake::usb.kept == kws::hal::kReceiveBytes);
}
#endif

#if defined(KWS_HAL_ES7210)
#include "es7210_cases.h"
static void gain_can_be_set_while_it_runs() { the_codecs_gain_is_the_gain(); }
#else
#define CODEC_CASES
static void gain_can_be_set_while_it_runs() {
  start();
  deliver(words(160));
  CHECK(kws::hal::microphone_gain(0));
#if defined(KWS_MIC_PIN_CLK)
  line = {0x7fff, -0x8000, 1};
  deliver({});
#else
  deliver({0x7fffff, -0x800000, 256});
#endif
  CHECK((listener.heard() == std::vector<int16_t>{0x7fff, -0x8000, 1}));
  CHECK(!kws::hal::microphone_gain(17));
}
#endif

static const Case cases[] = {
    SERIAL_CASES,
    CODEC_CASES{"starts-with-the-board-files-pins", starts_with_the_board_files_pins},
    {"drops-the-settling-time-then-delivers-in-order",
     drops_the_settling_time_then_delivers_in_order},
    {"amplifies-and-saturates", amplifies_and_saturates},
    {"counts-overruns", counts_overruns},
    {"gain-can-be-set-while-it-runs", gain_can_be_set_while_it_runs},
    {"a-stream-that-never-changes-is-noticed", a_stream_that_never_changes_is_noticed},
    {"start-failures-are-reported-and-undone", start_failures_are_reported_and_undone},
    {"speaks-on-the-ports-there-are", speaks_on_the_ports_there_are},
    {"keeps-what-comes-while-the-model-computes", keeps_what_comes_while_the_model_computes},
};

int main(int argc, char** argv) { return run_case(cases, argc, argv); }
