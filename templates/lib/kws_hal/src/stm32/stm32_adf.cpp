// A PDM microphone of the B-U585I-IOT02A through ADF1, the audio digital filter of STM32U5, by
// ST's HAL as STM32duino brings it (HAL_MDF_MODULE_ENABLED).
//
// The core clocks ADF1 with 160 MHz: the microphone gets 1.6 MHz of it, a sinc^4 filter takes every
// 25th value, the reshaping filter (which also makes the response flat) every fourth of those:
// 16 kHz. Then come a high-pass filter at 10 Hz and the upper 16 of 24 bits. The gain is the
// filter's own, in steps of about 3 dB; full scale is 25^4 of 2^23, -26.6 dB.
#if defined(KWS_HAL_STM32_ADF)

#include <Arduino.h>

#include "kws_hal/kws_hal.h"
#include "stm32_dma.h"

#ifndef KWS_MIC_GAIN
#define KWS_MIC_GAIN 0
#endif

namespace kws {
namespace hal {
namespace {

constexpr int kLeastGain = -16;
constexpr int kMostGain = 24;
static_assert(KWS_MIC_GAIN >= kLeastGain && KWS_MIC_GAIN <= kMostGain,
              "KWS_MIC_GAIN is -16 to 24 steps of 3 dB");

constexpr uint32_t kClock = 160000000;
constexpr uint32_t kProcessingDivider = 10;
constexpr uint32_t kOutputDivider = 10;
constexpr uint32_t kDecimation = 25;
constexpr uint32_t kReshaping = 4;
static_assert(kClock / kProcessingDivider / kOutputDivider / kDecimation / kReshaping ==
                  kSampleRate,
              "the clock gives the sample rate exactly");

MDF_HandleTypeDef filter;
DMA_HandleTypeDef dma;
DMA_QListTypeDef queue;
DMA_NodeTypeDef node;
int16_t words[2 * kHalf];

DmaListener listener;

// In an interrupt.
void hand_on(const int16_t* half) {
  listener.hand_on(half, 1, [](int16_t word) { return word; });
}

void clock_and_pins() {
  __HAL_RCC_ADF1_CLK_ENABLE();
  __HAL_RCC_GPDMA1_CLK_ENABLE();
  __HAL_RCC_GPIOE_CLK_ENABLE();
  alternate_pin(GPIOE, GPIO_PIN_9, GPIO_AF3_ADF1);   // CCK0
  alternate_pin(GPIOE, GPIO_PIN_10, GPIO_AF3_ADF1);  // SDI0
}

bool start_filter() {
  filter.Instance = ADF1_Filter0;
  filter.Init.CommonParam.ProcClockDivider = kProcessingDivider;
  filter.Init.CommonParam.OutputClock.Activation = ENABLE;
  filter.Init.CommonParam.OutputClock.Pins = MDF_OUTPUT_CLOCK_0;
  filter.Init.CommonParam.OutputClock.Divider = kOutputDivider;
  filter.Init.CommonParam.OutputClock.Trigger.Activation = DISABLE;
  filter.Init.SerialInterface.Activation = ENABLE;
  filter.Init.SerialInterface.Mode = MDF_SITF_NORMAL_SPI_MODE;
  filter.Init.SerialInterface.ClockSource = MDF_SITF_CCK0_SOURCE;
  filter.Init.SerialInterface.Threshold = 31;
#if defined(KWS_MIC_RIGHT)
  filter.Init.FilterBistream = MDF_BITSTREAM0_FALLING;
#else
  filter.Init.FilterBistream = MDF_BITSTREAM0_RISING;
#endif
  return HAL_MDF_Init(&filter) == HAL_OK;
}

// A queue of one node that leads to itself: what a circular buffer is for this DMA.
bool link_dma() {
  DMA_NodeConfTypeDef config = {};
  config.NodeType = DMA_GPDMA_LINEAR_NODE;
  config.Init.Request = GPDMA1_REQUEST_ADF1_FLT0;
  config.Init.BlkHWRequest = DMA_BREQ_SINGLE_BURST;
  config.Init.Direction = DMA_PERIPH_TO_MEMORY;
  config.Init.SrcInc = DMA_SINC_FIXED;
  config.Init.DestInc = DMA_DINC_INCREMENTED;
  config.Init.SrcDataWidth = DMA_SRC_DATAWIDTH_HALFWORD;
  config.Init.DestDataWidth = DMA_DEST_DATAWIDTH_HALFWORD;
  config.Init.Priority = DMA_HIGH_PRIORITY;
  config.Init.SrcBurstLength = 1;
  config.Init.DestBurstLength = 1;
  config.Init.TransferAllocatedPort = DMA_SRC_ALLOCATED_PORT0 | DMA_DEST_ALLOCATED_PORT1;
  config.Init.TransferEventMode = DMA_TCEM_BLOCK_TRANSFER;
  config.Init.Mode = DMA_NORMAL;
  config.DataHandlingConfig.DataExchange = DMA_EXCHANGE_NONE;
  config.DataHandlingConfig.DataAlignment = DMA_DATA_RIGHTALIGN_ZEROPADDED;
  config.TriggerConfig.TriggerPolarity = DMA_TRIG_POLARITY_MASKED;
  if (HAL_DMAEx_List_BuildNode(&config, &node) != HAL_OK ||
      HAL_DMAEx_List_InsertNode(&queue, nullptr, &node) != HAL_OK ||
      HAL_DMAEx_List_SetCircularMode(&queue) != HAL_OK)
    return false;
  dma.Instance = GPDMA1_Channel6;
  dma.InitLinkedList.Priority = DMA_HIGH_PRIORITY;
  dma.InitLinkedList.LinkStepMode = DMA_LSM_FULL_EXECUTION;
  dma.InitLinkedList.LinkAllocatedPort = DMA_LINK_ALLOCATED_PORT0;
  dma.InitLinkedList.TransferEventMode = DMA_TCEM_EACH_LL_ITEM_TRANSFER;
  dma.InitLinkedList.LinkedListMode = DMA_LINKEDLIST_CIRCULAR;
  if (HAL_DMAEx_List_Init(&dma) != HAL_OK || HAL_DMAEx_List_LinkQ(&dma, &queue) != HAL_OK)
    return false;
  __HAL_LINKDMA(&filter, hdma, dma);
  HAL_NVIC_SetPriority(GPDMA1_Channel6_IRQn, kDmaPriority, 0);
  HAL_NVIC_EnableIRQ(GPDMA1_Channel6_IRQn);
  return true;
}

bool start_dma() {
  MDF_FilterConfigTypeDef config = {};
  config.DataSource = MDF_DATA_SOURCE_BSMX;
  config.CicMode = MDF_ONE_FILTER_SINC4;
  config.DecimationRatio = kDecimation;
  config.Gain = KWS_MIC_GAIN;
  config.ReshapeFilter.Activation = ENABLE;
  config.ReshapeFilter.DecimationRatio = MDF_RSF_DECIMATION_RATIO_4;
  config.HighPassFilter.Activation = ENABLE;
  config.HighPassFilter.CutOffFrequency = MDF_HPF_CUTOFF_0_000625FPCM;
  config.SoundActivity.Activation = DISABLE;
  config.AcquisitionMode = MDF_MODE_ASYNC_CONT;
  config.FifoThreshold = MDF_FIFO_THRESHOLD_NOT_EMPTY;
  config.Trigger.Source = MDF_FILTER_TRIG_TRGO;
  config.Trigger.Edge = MDF_FILTER_TRIG_RISING_EDGE;
  MDF_DmaConfigTypeDef to = {};
  to.Address = reinterpret_cast<uintptr_t>(words);
  to.DataLength = sizeof words;
  to.MsbOnly = ENABLE;
  return HAL_MDF_AcqStart_DMA(&filter, &config, &to) == HAL_OK;
}

}  // namespace

bool has_microphone() { return true; }

#ifdef KWS_LIVE
bool microphone_gain(uint32_t steps) {
  return steps <= kMostGain && HAL_MDF_SetGain(&filter, static_cast<int32_t>(steps)) == HAL_OK;
}
#endif

bool microphone_begin(AudioRing& ring, uint32_t sample_rate, const char** reason) {
  if (sample_rate != kSampleRate) {
    *reason = "ADF1 is set up for 16000 samples per second and nothing else";
    return false;
  }
  if (HAL_RCCEx_GetPeriphCLKFreq(RCC_PERIPHCLK_ADF1) != kClock) {
    *reason = "ADF1 is not clocked with 160 MHz: the microphone's clock would be another";
    return false;
  }
  clock_and_pins();
  listener.start(ring, sample_rate);
  if (!start_filter()) {
    *reason = "ADF1 did not start: is it in use?";
    return false;
  }
  if (!link_dma() || !start_dma()) {
    *reason = "Channel 6 of GPDMA1 did not start: is it in use?";
    return false;
  }
  return true;
}

}  // namespace hal
}  // namespace kws

// ST's HAL calls these two, and is called by the vector table, by name.
extern "C" void HAL_MDF_AcqHalfCpltCallback(MDF_HandleTypeDef*) {
  kws::hal::hand_on(kws::hal::words);
}
extern "C" void HAL_MDF_AcqCpltCallback(MDF_HandleTypeDef*) {
  kws::hal::hand_on(kws::hal::words + kws::hal::kHalf);
}
extern "C" void GPDMA1_Channel6_IRQHandler(void) { HAL_DMA_IRQHandler(&kws::hal::dma); }

#endif  // KWS_HAL_STM32_ADF
