// A microphone on an ESP32 through `driver/i2s.h` (ESP-IDF 4.4, Arduino core 2.x). Either I2S, e.g.
// an INMP441: 24 bits, left-aligned in 32-bit slots. Or PDM, where the board file has the pins clk
// and data: the peripheral decodes it to samples of 16 bits. The left channel, unless the board
// file says otherwise (the microphone's L/R or SEL pin at GND is left).
//
// With KWS_HAL_ES7210 the microphone hangs on a codec, which gets a master clock and is set up over
// I2C, and whose own gain is the gain; its data come left-aligned in 32-bit slots, too.
//
// A task of its own waits for the driver's DMA buffers and hands them on; the application runs in
// Arduino's loop task on the other core.
#if defined(KWS_HAL_ESP32_I2S)

#include <driver/i2s.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

#include "kws_hal/i2s_slot.h"
#include "kws_hal/kws_hal.h"
#include "kws_hal/settling.h"
#if defined(KWS_HAL_ES7210)
#include "../es7210/es7210.h"
#endif

namespace kws {
namespace hal {
namespace {

#if defined(KWS_HAL_ES7210)
constexpr int kMostGain = es7210::kMostGain;
static_assert(KWS_MIC_GAIN >= 0 && KWS_MIC_GAIN <= kMostGain, "KWS_MIC_GAIN is 0 to 14 steps");
constexpr int kPinMclk = KWS_MIC_PIN_MCLK;
constexpr int gain_bits = 0;
#else
constexpr int kMostGain = 16;
static_assert(KWS_MIC_GAIN >= 0 && KWS_MIC_GAIN <= kMostGain, "KWS_MIC_GAIN is 0 to 16 bits");
constexpr int kPinMclk = I2S_PIN_NO_CHANGE;
SlotGain gain_bits = KWS_MIC_GAIN;
#endif

constexpr i2s_port_t kPort = I2S_NUM_0;
constexpr int kChunk = 256;     // samples: one DMA buffer, 16 ms
constexpr int kDmaBuffers = 8;  // 128 ms before the driver loses audio
constexpr uint32_t kStack = 4096;
constexpr UBaseType_t kPriority = 10;  // above the loop task, below the radio's
constexpr BaseType_t kCore = 0;        // the loop task runs on core 1

#if defined(KWS_MIC_PIN_CLK)
constexpr int kMode = I2S_MODE_MASTER | I2S_MODE_RX | I2S_MODE_PDM;
constexpr i2s_bits_per_sample_t kBits = I2S_BITS_PER_SAMPLE_16BIT;
constexpr int kPinBclk = I2S_PIN_NO_CHANGE;
constexpr int kPinWs = KWS_MIC_PIN_CLK;  // the clock of PDM comes out where the word clock would
constexpr int kPinData = KWS_MIC_PIN_DATA;
using Slot = int16_t;

int16_t to_sample(int16_t slot) {
  return sample_of_slot(static_cast<int32_t>(slot) * 65536, gain_bits);
}
#else
constexpr int kMode = I2S_MODE_MASTER | I2S_MODE_RX;
constexpr i2s_bits_per_sample_t kBits = I2S_BITS_PER_SAMPLE_32BIT;
constexpr int kPinBclk = KWS_MIC_PIN_BCLK;
constexpr int kPinWs = KWS_MIC_PIN_WS;
constexpr int kPinData = KWS_MIC_PIN_SD;
using Slot = int32_t;

int16_t to_sample(int32_t slot) { return sample_of_slot(slot, gain_bits); }
#endif

#if defined(KWS_MIC_RIGHT)
constexpr i2s_channel_fmt_t kChannel = I2S_CHANNEL_FMT_ONLY_RIGHT;
#else
constexpr i2s_channel_fmt_t kChannel = I2S_CHANNEL_FMT_ONLY_LEFT;
#endif

Settling settling;
Slot slots[kChunk];
int16_t samples[kChunk];

void capture(void* argument) {
  AudioRing& ring = *static_cast<AudioRing*>(argument);
  for (;;) {
    size_t bytes = 0;
    if (i2s_read(kPort, slots, sizeof slots, &bytes, portMAX_DELAY) != ESP_OK || bytes == 0) {
      vTaskDelay(1);
      continue;
    }
    const size_t count = bytes / sizeof slots[0];
    for (size_t i = 0; i < count; ++i) samples[i] = to_sample(slots[i]);
    const size_t dropped = settling.skip(count);
    if (count > dropped) ring.push_from_microphone(samples + dropped, count - dropped);
  }
}

bool fail(const char* why, const char** reason) {
  i2s_driver_uninstall(kPort);
  *reason = why;
  return false;
}

}  // namespace

bool has_microphone() { return true; }

#ifdef KWS_LIVE
#if defined(KWS_HAL_ES7210)
bool microphone_gain(uint32_t steps) { return steps <= kMostGain && es7210::set_gain(steps); }
#else
bool microphone_gain(uint32_t bits) { return set_slot_gain(&gain_bits, bits, kMostGain); }
#endif
#endif

bool microphone_begin(AudioRing& ring, uint32_t sample_rate, const char** reason) {
#if defined(KWS_HAL_ES7210)
  if (sample_rate != es7210::kSampleRate) {
    *reason = "The codec is set up for 16000 samples per second and nothing else";
    return false;
  }
#endif
  i2s_config_t config = {};
  config.mode = static_cast<i2s_mode_t>(kMode);
  config.sample_rate = sample_rate;
  config.bits_per_sample = kBits;
  config.channel_format = kChannel;
  config.communication_format = I2S_COMM_FORMAT_STAND_I2S;
  config.dma_buf_count = kDmaBuffers;
  config.dma_buf_len = kChunk;
#if defined(KWS_HAL_ES7210)
  config.mclk_multiple = I2S_MCLK_MULTIPLE_256;
#endif
  if (i2s_driver_install(kPort, &config, 0, nullptr) != ESP_OK) {
    *reason = "The I2S driver could not be installed: is the port in use?";
    return false;
  }
  i2s_pin_config_t pins = {};
  pins.mck_io_num = kPinMclk;
  pins.bck_io_num = kPinBclk;
  pins.ws_io_num = kPinWs;
  pins.data_out_num = I2S_PIN_NO_CHANGE;
  pins.data_in_num = kPinData;
  if (i2s_set_pin(kPort, &pins) != ESP_OK)
    return fail("The I2S pins of the board file cannot be used for I2S", reason);
#if defined(KWS_HAL_ES7210)
  if (!es7210::start(KWS_MIC_GAIN)) return fail("The codec ES7210 does not answer on I2C", reason);
#endif
  settling.start(sample_rate, KWS_MIC_SETTLE_MS);
  if (xTaskCreatePinnedToCore(capture, "kws_microphone", kStack, &ring, kPriority, nullptr,
                              kCore) != pdPASS)
    return fail("No memory for the task that captures audio", reason);
  return true;
}

}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_ESP32_I2S
