// A digital microphone through Zephyr's `dmic` interface: the device that the board's devicetree
// calls dmic_dev. A thread of its own waits for the driver's blocks and hands them on; it is
// cooperative, and so above the main thread. The interface knows no gain: samples are shifted up.
#if defined(KWS_HAL_ZEPHYR)

#include <zephyr/audio/dmic.h>
#include <zephyr/device.h>
#include <zephyr/kernel.h>

#include "kws_hal/i2s_slot.h"
#include "kws_hal/kws_hal.h"
#include "kws_hal/settling.h"

namespace kws {
namespace hal {
namespace {

constexpr int kMostGain = 8;
static_assert(KWS_MIC_GAIN >= 0 && KWS_MIC_GAIN <= kMostGain, "KWS_MIC_GAIN is 0 to 8 bits");

constexpr size_t kBlock = 160;  // samples: 10 ms at 16 kHz
constexpr size_t kBlockBytes = kBlock * sizeof(int16_t);
constexpr uint32_t kBlocks = 8;
constexpr size_t kStack = 1024;
#if defined(KWS_MIC_RIGHT)
constexpr pdm_lr kChannel = PDM_CHAN_RIGHT;
#else
constexpr pdm_lr kChannel = PDM_CHAN_LEFT;
#endif

K_MEM_SLAB_DEFINE_STATIC(blocks, kBlockBytes, kBlocks, 4);
K_THREAD_STACK_DEFINE(stack, kStack);
k_thread thread;

const device* const microphone = DEVICE_DT_GET(DT_NODELABEL(dmic_dev));
SlotGain gain_bits = KWS_MIC_GAIN;
Settling settling;

void hand_on(AudioRing& ring, int16_t* samples, size_t count) {
  const size_t dropped = settling.skip(count);
  for (size_t i = dropped; i < count; ++i)
    samples[i] = sample_of_slot(static_cast<int32_t>(samples[i]) * 65536, gain_bits);
  if (count > dropped) ring.push_from_microphone(samples + dropped, count - dropped);
}

void capture(void* ring, void*, void*) {
  for (;;) {
    void* block = nullptr;
    size_t bytes = 0;
    if (dmic_read(microphone, 0, &block, &bytes, SYS_FOREVER_MS) < 0) {
      k_msleep(1);
      continue;
    }
    hand_on(*static_cast<AudioRing*>(ring), static_cast<int16_t*>(block), bytes / sizeof(int16_t));
    k_mem_slab_free(&blocks, block);
  }
}

bool configure(uint32_t sample_rate) {
  pcm_stream_cfg stream{};
  stream.pcm_rate = sample_rate;
  stream.pcm_width = 16;
  stream.block_size = kBlockBytes;
  stream.mem_slab = &blocks;
  dmic_cfg config{};
  config.io.min_pdm_clk_freq = 1000000;
  config.io.max_pdm_clk_freq = 3500000;
  config.io.min_pdm_clk_dc = 40;
  config.io.max_pdm_clk_dc = 60;
  config.streams = &stream;
  config.channel.req_num_streams = 1;
  config.channel.req_num_chan = 1;
  config.channel.req_chan_map_lo = dmic_build_channel_map(0, 0, kChannel);
  return dmic_configure(microphone, &config) >= 0;
}

}  // namespace

bool has_microphone() { return true; }

#ifdef KWS_LIVE
bool microphone_gain(uint32_t bits) { return set_slot_gain(&gain_bits, bits, kMostGain); }
#endif

bool microphone_begin(AudioRing& ring, uint32_t sample_rate, const char** reason) {
  if (!device_is_ready(microphone) || !configure(sample_rate)) {
    *reason = "The device dmic_dev is not ready, or does not capture at this rate";
    return false;
  }
  settling.start(sample_rate, KWS_MIC_SETTLE_MS);
  if (dmic_trigger(microphone, DMIC_TRIGGER_START) < 0) {
    *reason = "The device dmic_dev did not start";
    return false;
  }
  k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), capture, &ring, nullptr, nullptr,
                  K_PRIO_COOP(7), 0, K_NO_WAIT);
  return true;
}

}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_ZEPHYR
