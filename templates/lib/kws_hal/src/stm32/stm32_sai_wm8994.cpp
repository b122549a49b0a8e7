// The PDM microphones of the STM32F746G-DISCO: they hang on its codec, WM8994, which is set up over
// I2C and sends their samples to SAI2, by ST's HAL as STM32duino brings it
// (HAL_SAI_MODULE_ENABLED).
//
// Block A of SAI2 is the master that clocks the codec, 256 times the sample rate; block B follows
// it and receives. A frame has four slots of 16 bits, left and right of two timeslots: the
// microphones are in the second, slots 1 and 3. PLLI2S gives 344 MHz / 7: 15,997 samples a second.
#if defined(KWS_HAL_STM32_SAI_WM8994)

#include <Arduino.h>
#include <Wire.h>

#include "kws_hal/i2s_slot.h"
#include "kws_hal/kws_hal.h"
#include "stm32_dma.h"
#include "wm8994.h"

namespace kws {
namespace hal {
namespace {

constexpr int kMostGain = 8;
static_assert(KWS_MIC_GAIN >= 0 && KWS_MIC_GAIN <= kMostGain, "KWS_MIC_GAIN is 0 to 8 bits");

constexpr size_t kChannels = 2;
constexpr size_t kHalfWords = kChannels * kHalf;
#if defined(KWS_MIC_RIGHT)
constexpr size_t kChannel = 1;
#else
constexpr size_t kChannel = 0;
#endif

SAI_HandleTypeDef master;
SAI_HandleTypeDef receiver;
DMA_HandleTypeDef dma;
// In whole lines of the data cache (32 bytes), which knows nothing of the DMA.
alignas(32) int16_t words[2 * kHalfWords];
static_assert(sizeof words / 2 % 32 == 0, "a half is whole lines of the cache");

SlotGain gain_bits = KWS_MIC_GAIN;
DmaListener listener;

// In an interrupt.
void hand_on(int16_t* half) {
  SCB_InvalidateDCache_by_Addr(reinterpret_cast<uint32_t*>(half),
                               static_cast<int32_t>(sizeof words / 2));
  listener.hand_on(half + kChannel, kChannels, [](int16_t word) {
    return sample_of_slot(static_cast<int32_t>(word) * 65536, gain_bits);
  });
}

bool start_clock() {
  RCC_PeriphCLKInitTypeDef clock = {};
  clock.PeriphClockSelection = RCC_PERIPHCLK_SAI2;
  clock.Sai2ClockSelection = RCC_SAI2CLKSOURCE_PLLI2S;
  clock.PLLI2S.PLLI2SN = 344;  // of the PLLs' input of 1 MHz
  clock.PLLI2S.PLLI2SQ = 7;
  clock.PLLI2S.PLLI2SR = 2;  // not used; the least that is allowed
  clock.PLLI2SDivQ = 1;
  return HAL_RCCEx_PeriphCLKConfig(&clock) == HAL_OK;
}

void clock_and_pins() {
  __HAL_RCC_SAI2_CLK_ENABLE();
  __HAL_RCC_DMA2_CLK_ENABLE();
  __HAL_RCC_GPIOI_CLK_ENABLE();
  __HAL_RCC_GPIOG_CLK_ENABLE();
  alternate_pin(GPIOI, GPIO_PIN_4, GPIO_AF10_SAI2);   // MCLK_A
  alternate_pin(GPIOI, GPIO_PIN_5, GPIO_AF10_SAI2);   // SCK_A
  alternate_pin(GPIOI, GPIO_PIN_7, GPIO_AF10_SAI2);   // FS_A
  alternate_pin(GPIOG, GPIO_PIN_10, GPIO_AF10_SAI2);  // SD_B
}

bool start_block(SAI_HandleTypeDef& block, SAI_Block_TypeDef* instance, uint32_t mode,
                 uint32_t synchro) {
  block.Instance = instance;
  block.Init.AudioMode = mode;
  block.Init.Synchro = synchro;
  block.Init.OutputDrive =
      mode == SAI_MODEMASTER_RX ? SAI_OUTPUTDRIVE_ENABLE : SAI_OUTPUTDRIVE_DISABLE;
  block.Init.NoDivider = SAI_MASTERDIVIDER_ENABLE;
  block.Init.FIFOThreshold = SAI_FIFOTHRESHOLD_1QF;
  block.Init.AudioFrequency = kSampleRate;
  block.Init.Protocol = SAI_FREE_PROTOCOL;
  block.Init.DataSize = SAI_DATASIZE_16;
  block.Init.FirstBit = SAI_FIRSTBIT_MSB;
  block.Init.ClockStrobing = SAI_CLOCKSTROBING_RISINGEDGE;
  block.FrameInit.FrameLength = 64;
  block.FrameInit.ActiveFrameLength = 32;
  block.FrameInit.FSDefinition = SAI_FS_CHANNEL_IDENTIFICATION;
  block.FrameInit.FSPolarity = SAI_FS_ACTIVE_LOW;
  block.FrameInit.FSOffset = SAI_FS_BEFOREFIRSTBIT;
  block.SlotInit.FirstBitOffset = 0;
  block.SlotInit.SlotSize = SAI_SLOTSIZE_DATASIZE;
  block.SlotInit.SlotNumber = 4;
  block.SlotInit.SlotActive = SAI_SLOTACTIVE_1 | SAI_SLOTACTIVE_3;
  return HAL_SAI_Init(&block) == HAL_OK;
}

bool start_dma() {
  dma.Instance = DMA2_Stream7;
  dma.Init.Channel = DMA_CHANNEL_0;  // SAI2_B
  dma.Init.Direction = DMA_PERIPH_TO_MEMORY;
  dma.Init.PeriphInc = DMA_PINC_DISABLE;
  dma.Init.MemInc = DMA_MINC_ENABLE;
  dma.Init.PeriphDataAlignment = DMA_PDATAALIGN_HALFWORD;
  dma.Init.MemDataAlignment = DMA_MDATAALIGN_HALFWORD;
  dma.Init.Mode = DMA_CIRCULAR;
  dma.Init.Priority = DMA_PRIORITY_HIGH;
  dma.Init.FIFOMode = DMA_FIFOMODE_DISABLE;
  if (HAL_DMA_Init(&dma) != HAL_OK) return false;
  __HAL_LINKDMA(&receiver, hdmarx, dma);
  HAL_NVIC_SetPriority(DMA2_Stream7_IRQn, kDmaPriority, 0);
  HAL_NVIC_EnableIRQ(DMA2_Stream7_IRQn);
  // What the cache still holds of the buffer must not be written over the DMA's samples later.
  SCB_CleanInvalidateDCache_by_Addr(reinterpret_cast<uint32_t*>(words),
                                    static_cast<int32_t>(sizeof words));
  return HAL_SAI_Receive_DMA(&receiver, reinterpret_cast<uint8_t*>(words), 2 * kHalfWords) ==
         HAL_OK;
}

// The codec's registers have 16 bits and addresses of 16 bits, the high byte first.
class Codec {
 public:
  Codec() : line_(PH8, PH7) { line_.begin(); }

  bool is_there() {
    address(wm8994::kIdRegister);
    if (line_.endTransmission(false) != 0) return false;
    if (line_.requestFrom(wm8994::kAddress, static_cast<uint8_t>(2)) != 2) return false;
    const int high = line_.read();
    return high * 256 + line_.read() == wm8994::kId;
  }

  template <size_t n>
  bool set(const wm8994::Setting (&settings)[n]) {
    for (const wm8994::Setting& setting : settings) {
      address(setting.reg);
      word(setting.value);
      if (line_.endTransmission() != 0) return false;
    }
    return true;
  }

 private:
  void address(uint16_t reg) {
    line_.beginTransmission(wm8994::kAddress);
    word(reg);
  }
  void word(uint16_t value) {
    line_.write(static_cast<uint8_t>(value >> 8));
    line_.write(static_cast<uint8_t>(value & 0xff));
  }

  TwoWire line_;
};

bool start_codec(const char** reason) {
  Codec codec;
  if (!codec.is_there()) {
    *reason = "The codec WM8994 does not answer on I2C";
    return false;
  }
  const bool ready = codec.set(wm8994::kReference);
  delay(wm8994::kReferenceMs);
  if (ready && codec.set(wm8994::kMicrophones)) return true;
  *reason = "The codec WM8994 stopped answering on I2C while it was set up";
  return false;
}

}  // namespace

bool has_microphone() { return true; }

#ifdef KWS_LIVE
bool microphone_gain(uint32_t bits) { return set_slot_gain(&gain_bits, bits, kMostGain); }
#endif

bool microphone_begin(AudioRing& ring, uint32_t sample_rate, const char** reason) {
  if (sample_rate != kSampleRate) {
    *reason = "The codec is set up for 16000 samples per second and nothing else";
    return false;
  }
  clock_and_pins();
  listener.start(ring, sample_rate);
  if (!start_clock() || !start_block(master, SAI2_Block_A, SAI_MODEMASTER_RX, SAI_ASYNCHRONOUS) ||
      !start_block(receiver, SAI2_Block_B, SAI_MODESLAVE_RX, SAI_SYNCHRONOUS)) {
    *reason = "SAI2 did not start: is it in use?";
    return false;
  }
  __HAL_SAI_ENABLE(&master);  // the codec needs its clock before it is set up
  if (!start_codec(reason)) return false;
  if (!start_dma()) {
    *reason = "Stream 7 of DMA2 did not start: is it in use?";
    return false;
  }
  return true;
}

}  // namespace hal
}  // namespace kws

// ST's HAL calls these two, and is called by the vector table, by name.
extern "C" void HAL_SAI_RxHalfCpltCallback(SAI_HandleTypeDef*) {
  kws::hal::hand_on(kws::hal::words);
}
extern "C" void HAL_SAI_RxCpltCallback(SAI_HandleTypeDef*) {
  kws::hal::hand_on(kws::hal::words + kws::hal::kHalfWords);
}
extern "C" void DMA2_Stream7_IRQHandler(void) { HAL_DMA_IRQHandler(&kws::hal::dma); }

#endif  // KWS_HAL_STM32_SAI_WM8994
