// The PDM microphones of the B-L475E-IOT01A through DFSDM1, which filters and decimates PDM in
// hardware, by ST's HAL as STM32duino brings it (HAL_DFSDM_MODULE_ENABLED).
//
// The core clocks DFSDM1 with 80 MHz: the microphones get 2 MHz of it (data sheet of the MP34DT01:
// 1 to 3.25 MHz), and a sinc^3 filter takes every 125th of its values: 16 kHz. That filter is not
// flat: -2.7 dB at 4 kHz, -11.8 dB at 8 kHz. Full scale is 125^3 of 2^23, -12.7 dB.
#if defined(KWS_HAL_STM32_DFSDM)

#include <Arduino.h>

#include "kws_hal/i2s_slot.h"
#include "kws_hal/kws_hal.h"
#include "stm32_dma.h"

namespace kws {
namespace hal {
namespace {

constexpr int kMostGain = 8;
static_assert(KWS_MIC_GAIN >= 0 && KWS_MIC_GAIN <= kMostGain, "KWS_MIC_GAIN is 0 to 8 bits");

constexpr uint32_t kClock = 80000000;
constexpr uint32_t kDivider = 40;
constexpr uint32_t kOversampling = 125;
static_assert(kClock / kDivider / kOversampling == kSampleRate && kClock % kDivider == 0,
              "the clock gives the sample rate exactly");

DFSDM_Channel_HandleTypeDef channel;
DFSDM_Filter_HandleTypeDef filter;
DMA_HandleTypeDef dma;
// Data in the upper 24 bits; the channel's number and flags below them.
int32_t words[2 * kHalf];

SlotGain gain_bits = KWS_MIC_GAIN;
DmaListener listener;

// In an interrupt.
void hand_on(const int32_t* half) {
  listener.hand_on(half, 1, [](int32_t word) { return sample_of_slot(word, gain_bits); });
}

void clock_and_pins() {
  __HAL_RCC_DFSDM1_CLK_ENABLE();
  __HAL_RCC_DMA1_CLK_ENABLE();
  __HAL_RCC_GPIOE_CLK_ENABLE();
  alternate_pin(GPIOE, GPIO_PIN_9, GPIO_AF6_DFSDM1);  // CKOUT
  alternate_pin(GPIOE, GPIO_PIN_7, GPIO_AF6_DFSDM1);  // DATIN2
}

bool start_channel() {
  channel.Instance = DFSDM1_Channel2;
  channel.Init.OutputClock.Activation = ENABLE;
  channel.Init.OutputClock.Selection = DFSDM_CHANNEL_OUTPUT_CLOCK_SYSTEM;
  channel.Init.OutputClock.Divider = kDivider;
  channel.Init.Input.Multiplexer = DFSDM_CHANNEL_EXTERNAL_INPUTS;
  channel.Init.Input.DataPacking = DFSDM_CHANNEL_STANDARD_MODE;
  channel.Init.Input.Pins = DFSDM_CHANNEL_SAME_CHANNEL_PINS;
#if defined(KWS_MIC_RIGHT)
  channel.Init.SerialInterface.Type = DFSDM_CHANNEL_SPI_FALLING;
#else
  channel.Init.SerialInterface.Type = DFSDM_CHANNEL_SPI_RISING;
#endif
  channel.Init.SerialInterface.SpiClock = DFSDM_CHANNEL_SPI_CLOCK_INTERNAL;
  channel.Init.Awd.FilterOrder = DFSDM_CHANNEL_FASTSINC_ORDER;
  channel.Init.Awd.Oversampling = 1;
  channel.Init.Offset = 0;
  channel.Init.RightBitShift = 0;
  return HAL_DFSDM_ChannelInit(&channel) == HAL_OK;
}

bool start_filter() {
  filter.Instance = DFSDM1_Filter0;
  filter.Init.RegularParam.Trigger = DFSDM_FILTER_SW_TRIGGER;
  filter.Init.RegularParam.FastMode = ENABLE;
  filter.Init.RegularParam.DmaMode = ENABLE;
  filter.Init.InjectedParam.Trigger = DFSDM_FILTER_SW_TRIGGER;
  filter.Init.InjectedParam.ScanMode = DISABLE;
  filter.Init.InjectedParam.DmaMode = DISABLE;
  filter.Init.InjectedParam.ExtTrigger = DFSDM_FILTER_EXT_TRIG_TIM1_TRGO;
  filter.Init.InjectedParam.ExtTriggerEdge = DFSDM_FILTER_EXT_TRIG_RISING_EDGE;
  filter.Init.FilterParam.SincOrder = DFSDM_FILTER_SINC3_ORDER;
  filter.Init.FilterParam.Oversampling = kOversampling;
  filter.Init.FilterParam.IntOversampling = 1;
  return HAL_DFSDM_FilterInit(&filter) == HAL_OK &&
         HAL_DFSDM_FilterConfigRegChannel(&filter, DFSDM_CHANNEL_2, DFSDM_CONTINUOUS_CONV_ON) ==
             HAL_OK;
}

bool start_dma() {
  dma.Instance = DMA1_Channel4;
  dma.Init.Request = DMA_REQUEST_0;  // DFSDM1_FLT0
  dma.Init.Direction = DMA_PERIPH_TO_MEMORY;
  dma.Init.PeriphInc = DMA_PINC_DISABLE;
  dma.Init.MemInc = DMA_MINC_ENABLE;
  dma.Init.PeriphDataAlignment = DMA_PDATAALIGN_WORD;
  dma.Init.MemDataAlignment = DMA_MDATAALIGN_WORD;
  dma.Init.Mode = DMA_CIRCULAR;
  dma.Init.Priority = DMA_PRIORITY_HIGH;
  if (HAL_DMA_Init(&dma) != HAL_OK) return false;
  __HAL_LINKDMA(&filter, hdmaReg, dma);
  HAL_NVIC_SetPriority(DMA1_Channel4_IRQn, kDmaPriority, 0);
  HAL_NVIC_EnableIRQ(DMA1_Channel4_IRQn);
  return HAL_DFSDM_FilterRegularStart_DMA(&filter, words, 2 * kHalf) == HAL_OK;
}

}  // namespace

bool has_microphone() { return true; }

#ifdef KWS_LIVE
bool microphone_gain(uint32_t bits) { return set_slot_gain(&gain_bits, bits, kMostGain); }
#endif

bool microphone_begin(AudioRing& ring, uint32_t sample_rate, const char** reason) {
  if (sample_rate != kSampleRate) {
    *reason = "DFSDM1 is set up for 16000 samples per second and nothing else";
    return false;
  }
  if (HAL_RCCEx_GetPeriphCLKFreq(RCC_PERIPHCLK_DFSDM1) != kClock) {
    *reason = "DFSDM1 is not clocked with 80 MHz: the microphone's clock would be another";
    return false;
  }
  clock_and_pins();
  listener.start(ring, sample_rate);
  if (!start_channel() || !start_filter()) {
    *reason = "DFSDM1 did not start: is it in use?";
    return false;
  }
  if (!start_dma()) {
    *reason = "Channel 4 of DMA1 did not start: is it in use?";
    return false;
  }
  return true;
}

}  // namespace hal
}  // namespace kws

// ST's HAL calls these two, and is called by the vector table, by name.
extern "C" void HAL_DFSDM_FilterRegConvHalfCpltCallback(DFSDM_Filter_HandleTypeDef*) {
  kws::hal::hand_on(kws::hal::words);
}
extern "C" void HAL_DFSDM_FilterRegConvCpltCallback(DFSDM_Filter_HandleTypeDef*) {
  kws::hal::hand_on(kws::hal::words + kws::hal::kHalf);
}
extern "C" void DMA1_Channel4_IRQHandler(void) { HAL_DMA_IRQHandler(&kws::hal::dma); }

#endif  // KWS_HAL_STM32_DFSDM
