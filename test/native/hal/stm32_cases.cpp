// Drives the captures of STM32 chips as the DMA's interrupt does, by the callbacks of ST's HAL.
#include <Arduino.h>

#include "audio.h"
#include "serial_cases.h"

namespace fake {
Stm32 stm32;
}

static Listener listener;
static const char* reason = nullptr;
static constexpr size_t kHalf = 256;

#if defined(KWS_HAL_STM32_DFSDM)

using Word = int32_t;
static constexpr size_t kStride = 1;
static Word* words = nullptr;
static size_t length = 0;
static DFSDM_Channel_HandleTypeDef* channel = nullptr;
static DFSDM_Filter_HandleTypeDef* filter = nullptr;
static DMA_HandleTypeDef* handled = nullptr;

HAL_StatusTypeDef HAL_DMA_Init(DMA_HandleTypeDef*) { return fake_result("HAL_DMA_Init"); }
void HAL_DMA_IRQHandler(DMA_HandleTypeDef* dma) { handled = dma; }
HAL_StatusTypeDef HAL_DFSDM_ChannelInit(DFSDM_Channel_HandleTypeDef* with) {
  channel = with;
  return fake_result("HAL_DFSDM_ChannelInit");
}
HAL_StatusTypeDef HAL_DFSDM_FilterInit(DFSDM_Filter_HandleTypeDef* with) {
  filter = with;
  return fake_result("HAL_DFSDM_FilterInit");
}
HAL_StatusTypeDef HAL_DFSDM_FilterConfigRegChannel(DFSDM_Filter_HandleTypeDef*, uint32_t number,
                                                   uint32_t continuous) {
  CHECK(number == DFSDM_CHANNEL_2 && continuous == DFSDM_CONTINUOUS_CONV_ON);
  return fake_result("HAL_DFSDM_FilterConfigRegChannel");
}
HAL_StatusTypeDef HAL_DFSDM_FilterRegularStart_DMA(DFSDM_Filter_HandleTypeDef* from, int32_t* to,
                                                   uint32_t size) {
  CHECK(from->hdmaReg->Init.Mode == DMA_CIRCULAR);
  words = to;
  length = size;
  return fake_result("HAL_DFSDM_FilterRegularStart_DMA");
}
static void half_is_full() { HAL_DFSDM_FilterRegConvHalfCpltCallback(filter); }
static void all_is_full() { HAL_DFSDM_FilterRegConvCpltCallback(filter); }
static void interrupt() { DMA1_Channel4_IRQHandler(); }

// 24 bits above the channel's number: with a gain of 4 bits a step of the sample is 16 of them.
static Word word_of(int sample) { return sample * 16 * 256 + 2; }
static constexpr uint32_t kClock = 80000000;
static const char* const failing[] = {"HAL_DFSDM_ChannelInit", "HAL_DFSDM_FilterInit",
                                      "HAL_DFSDM_FilterConfigRegChannel", "HAL_DMA_Init",
                                      "HAL_DFSDM_FilterRegularStart_DMA"};

static void check_what_was_started() {
  CHECK((fake::stm32.clocks == std::vector<std::string>{"DFSDM1", "DMA1", "GPIOE"}));
  CHECK((fake::stm32.pins == std::vector<std::string>{"E9 AF6", "E7 AF6"}));
  CHECK(fake::stm32.interrupt == DMA1_Channel4_IRQn);
  CHECK(channel->Init.OutputClock.Activation == ENABLE);
  const uint32_t clock = kClock / channel->Init.OutputClock.Divider;
  CHECK(clock >= 1000000 && clock <= 3250000);  // data sheet of the MP34DT01
  CHECK(clock / filter->Init.FilterParam.Oversampling == 16000);
  CHECK(channel->Init.SerialInterface.Type == DFSDM_CHANNEL_SPI_RISING);
  CHECK(filter->Init.FilterParam.SincOrder == DFSDM_FILTER_SINC3_ORDER);
}

#elif defined(KWS_HAL_STM32_ADF)

using Word = int16_t;
static constexpr size_t kStride = 1;
static Word* words = nullptr;
static size_t length = 0;
static MDF_HandleTypeDef* filter = nullptr;
static MDF_FilterConfigTypeDef config;
static DMA_NodeConfTypeDef node;
static DMA_HandleTypeDef* handled = nullptr;
static int gain = 0;

HAL_StatusTypeDef HAL_DMAEx_List_BuildNode(DMA_NodeConfTypeDef const* with, DMA_NodeTypeDef*) {
  node = *with;
  return fake_result("HAL_DMAEx_List_BuildNode");
}
HAL_StatusTypeDef HAL_DMAEx_List_InsertNode(DMA_QListTypeDef* queue, DMA_NodeTypeDef*,
                                            DMA_NodeTypeDef* with) {
  queue->Head = with;
  return fake_result("HAL_DMAEx_List_InsertNode");
}
HAL_StatusTypeDef HAL_DMAEx_List_SetCircularMode(DMA_QListTypeDef*) {
  return fake_result("HAL_DMAEx_List_SetCircularMode");
}
HAL_StatusTypeDef HAL_DMAEx_List_Init(DMA_HandleTypeDef*) {
  return fake_result("HAL_DMAEx_List_Init");
}
HAL_StatusTypeDef HAL_DMAEx_List_LinkQ(DMA_HandleTypeDef*, DMA_QListTypeDef* queue) {
  CHECK(queue->Head != nullptr);
  return fake_result("HAL_DMAEx_List_LinkQ");
}
void HAL_DMA_IRQHandler(DMA_HandleTypeDef* dma) { handled = dma; }
HAL_StatusTypeDef HAL_MDF_Init(MDF_HandleTypeDef* with) {
  filter = with;
  return fake_result("HAL_MDF_Init");
}
HAL_StatusTypeDef HAL_MDF_AcqStart_DMA(MDF_HandleTypeDef* from, const MDF_FilterConfigTypeDef* with,
                                       const MDF_DmaConfigTypeDef* to) {
  CHECK(from->hdma->InitLinkedList.LinkedListMode == DMA_LINKEDLIST_CIRCULAR);
  CHECK(to->MsbOnly == ENABLE);
  config = *with;
  words = reinterpret_cast<Word*>(to->Address);
  length = to->DataLength / sizeof(Word);
  return fake_result("HAL_MDF_AcqStart_DMA");
}
HAL_StatusTypeDef HAL_MDF_SetGain(MDF_HandleTypeDef*, int32_t steps) {
  gain = steps;
  return HAL_OK;
}
static void half_is_full() { HAL_MDF_AcqHalfCpltCallback(filter); }
static void all_is_full() { HAL_MDF_AcqCpltCallback(filter); }
static void interrupt() { GPDMA1_Channel6_IRQHandler(); }

static Word word_of(int sample) { return static_cast<Word>(sample); }
static constexpr uint32_t kClock = 160000000;
static const char* const failing[] = {
    "HAL_MDF_Init",        "HAL_DMAEx_List_BuildNode",       "HAL_DMAEx_List_InsertNode",
    "HAL_DMAEx_List_Init", "HAL_DMAEx_List_SetCircularMode", "HAL_DMAEx_List_LinkQ",
    "HAL_MDF_AcqStart_DMA"};

static void check_what_was_started() {
  CHECK((fake::stm32.clocks == std::vector<std::string>{"ADF1", "GPDMA1", "GPIOE"}));
  CHECK((fake::stm32.pins == std::vector<std::string>{"E9 AF3", "E10 AF3"}));
  CHECK(fake::stm32.interrupt == GPDMA1_Channel6_IRQn);
  const uint32_t clock = kClock / filter->Init.CommonParam.ProcClockDivider /
                         filter->Init.CommonParam.OutputClock.Divider;
  CHECK(clock >= 1000000 && clock <= 3250000);
  CHECK(filter->Init.CommonParam.OutputClock.Divider <= 16);
  CHECK(filter->Init.FilterBistream == MDF_BITSTREAM0_RISING);
  CHECK(config.ReshapeFilter.Activation == ENABLE && config.HighPassFilter.Activation == ENABLE);
  CHECK(clock / config.DecimationRatio / 4 == 16000);
  CHECK(config.Gain == KWS_MIC_GAIN);
  CHECK(node.Init.DestDataWidth == DMA_DEST_DATAWIDTH_HALFWORD);
}

#else

#include <Wire.h>

namespace fake {
Bus bus;
}

using Word = int16_t;
static constexpr size_t kStride = 2;  // left and right
static Word* words = nullptr;
static size_t length = 0;
static SAI_HandleTypeDef* blocks[2] = {};
static DMA_HandleTypeDef* handled = nullptr;
static RCC_PeriphCLKInitTypeDef pll;
static volatile void* invalidated = nullptr;

HAL_StatusTypeDef HAL_RCCEx_PeriphCLKConfig(RCC_PeriphCLKInitTypeDef* with) {
  pll = *with;
  return fake_result("HAL_RCCEx_PeriphCLKConfig");
}
HAL_StatusTypeDef HAL_DMA_Init(DMA_HandleTypeDef*) { return fake_result("HAL_DMA_Init"); }
void HAL_DMA_IRQHandler(DMA_HandleTypeDef* dma) { handled = dma; }
HAL_StatusTypeDef HAL_SAI_Init(SAI_HandleTypeDef* block) {
  blocks[block->Instance->name - 'A'] = block;
  return fake_result("HAL_SAI_Init");
}
HAL_StatusTypeDef HAL_SAI_Receive_DMA(SAI_HandleTypeDef* block, uint8_t* to, uint16_t size) {
  CHECK(block->Instance == SAI2_Block_B && block->hdmarx->Init.Mode == DMA_CIRCULAR);
  CHECK(invalidated == to && reinterpret_cast<uintptr_t>(to) % 32 == 0);
  words = reinterpret_cast<Word*>(to);
  length = size;
  return fake_result("HAL_SAI_Receive_DMA");
}
void SCB_InvalidateDCache_by_Addr(volatile void* address, int32_t size) {
  CHECK(size == static_cast<int32_t>(kHalf * kStride * sizeof(Word)));
  invalidated = address;
}
void SCB_CleanInvalidateDCache_by_Addr(volatile void* address, int32_t) { invalidated = address; }
static void half_is_full() {
  invalidated = nullptr;
  HAL_SAI_RxHalfCpltCallback(blocks[1]);
  CHECK(invalidated == words);
}
static void all_is_full() {
  invalidated = nullptr;
  HAL_SAI_RxCpltCallback(blocks[1]);
  CHECK(invalidated == words + kHalf * kStride);
}
static void interrupt() { DMA2_Stream7_IRQHandler(); }

static Word word_of(int sample) { return static_cast<Word>(sample / 16); }
static constexpr uint32_t kClock = 0;
static const char* const failing[] = {"HAL_RCCEx_PeriphCLKConfig", "HAL_SAI_Init", "HAL_DMA_Init",
                                      "HAL_SAI_Receive_DMA"};

static void check_what_was_started() {
  CHECK((fake::stm32.clocks == std::vector<std::string>{"SAI2", "DMA2", "GPIOI", "GPIOG"}));
  CHECK(
      (fake::stm32.pins == std::vector<std::string>{"I4 AF10", "I5 AF10", "I7 AF10", "G10 AF10"}));
  CHECK(fake::stm32.interrupt == DMA2_Stream7_IRQn);
  // HAL_SAI_Init divides to 512 times a multiple of the rate.
  const double clock = 1e6 * pll.PLLI2S.PLLI2SN / pll.PLLI2S.PLLI2SQ / pll.PLLI2SDivQ;
  CHECK(clock / 512 / 6 > 15990 && clock / 512 / 6 < 16010);
  CHECK(blocks[0]->Init.AudioMode == SAI_MODEMASTER_RX && SAI2_Block_A->enabled);
  CHECK(blocks[1]->Init.AudioMode == SAI_MODESLAVE_RX);
  CHECK(blocks[1]->Init.Synchro == SAI_SYNCHRONOUS);
  CHECK(blocks[1]->SlotInit.SlotActive == (SAI_SLOTACTIVE_1 | SAI_SLOTACTIVE_3));
}

#endif

uint32_t HAL_RCCEx_GetPeriphCLKFreq(uint32_t) { return fake::stm32.kernel_hz; }

static bool begin() {
  fake::stm32.kernel_hz = kClock;
#if defined(KWS_HAL_STM32_SAI_WM8994)
  fake::bus.answers_at = 0x1a;
  fake::bus.says = {0x89, 0x94};
#endif
  return kws::hal::microphone_begin(listener.ring, 16000, &reason);
}

static void start() {
  CHECK(begin());
  CHECK(words != nullptr && length == 2 * kHalf * kStride);
}

// Samples as they are to be heard with KWS_MIC_GAIN of 4: halves in turn.
static void deliver(const std::vector<int16_t>& samples) {
  static bool second = false;
  CHECK(samples.size() % kHalf == 0);
  for (size_t at = 0; at < samples.size(); at += kHalf, second = !second) {
    Word* const half = words + (second ? kHalf * kStride : 0);
    for (size_t i = 0; i < kHalf; ++i) {
      half[i * kStride] = word_of(samples[at + i]);
      if (kStride == 2) half[i * kStride + 1] = 0x5555;  // the other channel
    }
    if (second) {
      all_is_full();
    } else {
      half_is_full();
    }
  }
}

static std::vector<int16_t> steps(size_t count, int from = 0) {
  std::vector<int16_t> samples = ramp(count, from);
  for (int16_t& sample : samples) sample = static_cast<int16_t>(16 * (sample % 2000));
  return samples;
}

static void settled() {
  start();
  deliver(steps(256));  // 160 samples of them
  listener.heard();
}

static void starts_as_the_board_is_wired() {
  start();
  check_what_was_started();
  interrupt();
  CHECK(handled != nullptr);
}

// KWS_MIC_SETTLE_MS is 10: 160 samples.
static void drops_the_settling_time_then_delivers_in_order() {
  start();
  const std::vector<int16_t> all = steps(1024);
  deliver(all);
  CHECK((listener.heard() == std::vector<int16_t>(all.begin() + 160, all.end())));
}

#if defined(KWS_HAL_STM32_ADF)
// The chip's own gain, of which it tells at the start.
static void gain_can_be_set_while_it_runs() {
  settled();
  CHECK(kws::hal::microphone_gain(24) && gain == 24);
  CHECK(!kws::hal::microphone_gain(25) && gain == 24);
}
#else
static void gain_can_be_set_while_it_runs() {
  settled();
  CHECK(kws::hal::microphone_gain(0));
  deliver(steps(256));
  const std::vector<int16_t> heard = listener.heard();
  CHECK(heard[0] == 0 && heard[1] == 1 && heard[255] == 255);
  CHECK(!kws::hal::microphone_gain(9));
}
#endif

static void saturates() {
  settled();
  std::vector<int16_t> loud(kHalf, 32767);
  loud[1] = -32768;
  deliver(loud);
#if defined(KWS_HAL_STM32_ADF)
  const int most = 32767;  // the filter saturates
#else
  CHECK(listener.heard()[1] == -32768);
  words[0] = word_of(32767) + word_of(32);
  half_is_full();
  const int most = 32767;
#endif
  CHECK(listener.heard()[0] == most);
}

static void counts_overruns() {
  settled();
  deliver(steps(20 * kHalf));
  CHECK(listener.ring.overruns() == 20 * kHalf - Listener::kCapacity);
}

static void a_stream_that_never_changes_is_noticed() {
  settled();
  kws::SilenceWatch watch;
  bool dead = false;
  for (int half = 0; half < 63; ++half) {
    CHECK(!dead);
    deliver(std::vector<int16_t>(kHalf, 0));
    const std::vector<int16_t> heard = listener.heard();
    dead = watch.observe(heard.data(), heard.size());
  }
  CHECK(dead);
}

static void other_rates_and_clocks_are_refused() {
  CHECK(!kws::hal::microphone_begin(listener.ring, 44100, &reason));
  CHECK(std::strstr(reason, "16000 samples per second") != nullptr);
  if (kClock == 0) return;
  fake::stm32.kernel_hz = kClock / 2;
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strstr(reason, "MHz") != nullptr);
}

static void start_failures_are_reported() {
  for (const char* call : failing) {
    fake::stm32.fails = call;
    reason = nullptr;
    CHECK(!begin());
    CHECK(reason != nullptr && std::strstr(reason, "is it in use?") != nullptr);
  }
}

// A deep sleep of several ticks ends at the first one that finds something to read.
static void a_byte_ends_the_sleep() {
  kws::hal::begin();
  fake::usb.incoming.push_back('h');
  kws::hal::idle(true);
  CHECK(fake::waited_us == 1000);
}

static void keeps_what_comes_while_the_model_computes() {
  kws::hal::begin();
  CHECK(fake::usb.kept >= kws::hal::kReceiveBytes);
}

#if defined(KWS_HAL_STM32_SAI_WM8994)
#include "wm8994_cases.h"
#else
#define CODEC_CASES
#endif

static const Case cases[] = {
    SERIAL_CASES,
    CODEC_CASES{"starts-as-the-board-is-wired", starts_as_the_board_is_wired},
    {"drops-the-settling-time-then-delivers-in-order",
     drops_the_settling_time_then_delivers_in_order},
    {"gain-can-be-set-while-it-runs", gain_can_be_set_while_it_runs},
    {"saturates", saturates},
    {"counts-overruns", counts_overruns},
    {"a-stream-that-never-changes-is-noticed", a_stream_that_never_changes_is_noticed},
    {"other-rates-and-clocks-are-refused", other_rates_and_clocks_are_refused},
    {"start-failures-are-reported", start_failures_are_reported},
    {"a-byte-ends-the-sleep", a_byte_ends_the_sleep},
    {"keeps-what-comes-while-the-model-computes", keeps_what_comes_while_the_model_computes},
};

int main(int argc, char** argv) { return run_case(cases, argc, argv); }
