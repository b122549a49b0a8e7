// A PDM microphone through the `PDM` library that Arduino's mbed cores, Adafruit's nRF52 core and
// arduino-pico bring: one class name, one callback in an interrupt, small differences.
//
// The drivers on nRF52 stop for good when a buffer has not been read before the next one is full,
// so the callback always reads everything; what finds no room in the ring is counted there.
#if defined(KWS_HAL_ARDUINO_PDM)

#if defined(ARDUINO_ARCH_MBED)
#include <chrono>  // first: this core defines abs() as a macro, which C++17's chrono cannot bear
#endif
#include <Arduino.h>
#include <PDM.h>

#if defined(ARDUINO_ARCH_MBED)
#include <new>
#endif

#include "kws_hal/kws_hal.h"
#include "kws_hal/settling.h"

namespace kws {
namespace hal {
namespace {

constexpr uint32_t kSampleRate = 16000;  // the only rate of speech that all these drivers have
constexpr int kChunk = 256;              // samples: one buffer of the drivers

AudioRing* ring = nullptr;
Settling settling;
int16_t chunk[kChunk];

// In an interrupt.
void on_receive() {
  constexpr int kBytes = static_cast<int>(sizeof chunk);
  for (int waiting = PDM.available(); waiting > 1; waiting = PDM.available()) {
    const int bytes = PDM.read(chunk, static_cast<size_t>(waiting < kBytes ? waiting : kBytes));
    if (bytes <= 0) return;
    const size_t count = static_cast<size_t>(bytes) / sizeof(int16_t);
    const size_t dropped = settling.skip(count);
    if (count > dropped) ring->push_from_microphone(chunk + dropped, count - dropped);
  }
}

// The pins of the board file; those of the core where it names none.
void set_pins() {
#if defined(KWS_MIC_PIN_DIN) && defined(KWS_MIC_PIN_CLK)
#if defined(KWS_MIC_PIN_PWR)
  constexpr int kPower = KWS_MIC_PIN_PWR;
#else
  [[maybe_unused]] constexpr int kPower = -1;
#endif
#if defined(ARDUINO_ARCH_MBED)
  // This core takes pins when the object is made and never again, and its interrupt knows that
  // object alone: it is made anew in its place, before it is started. Its buffers are taken over.
  PDM.~PDMClass();
  new (&PDM) PDMClass(KWS_MIC_PIN_DIN, KWS_MIC_PIN_CLK, kPower);
#elif defined(ARDUINO_ARCH_RP2040)
  PDM.setDIN(KWS_MIC_PIN_DIN);
  PDM.setCLK(KWS_MIC_PIN_CLK);
#else
  PDM.setPins(KWS_MIC_PIN_DIN, KWS_MIC_PIN_CLK, kPower);
#endif
#endif
}

}  // namespace

bool has_microphone() { return true; }

#ifdef KWS_LIVE
bool microphone_gain(uint32_t gain) {
  if (gain > 80) return false;  // of the nRF52's 0…80, half a decibel each
  PDM.setGain(static_cast<int>(gain));
  return true;
}
#endif

bool microphone_begin(AudioRing& to, uint32_t sample_rate, const char** reason) {
  if (sample_rate != kSampleRate) {
    *reason = "The PDM driver of this board captures 16000 samples per second and nothing else";
    return false;
  }
  ring = &to;
  settling.start(sample_rate, KWS_MIC_SETTLE_MS);
  set_pins();
  PDM.onReceive(on_receive);
  // mbed cores and arduino-pico want the gain before begin() (one of them rebuilds its filter under
  // the interrupt afterwards); Adafruit's begin() sets its own.
#if defined(KWS_MIC_GAIN) && !defined(ARDUINO_NRF52_ADAFRUIT)
  PDM.setGain(KWS_MIC_GAIN);
#endif
  constexpr int kChannels = 1;
  if (!PDM.begin(kChannels, static_cast<int>(sample_rate))) {
    *reason = "The PDM driver did not start: are its pins or its DMA channel in use?";
    return false;
  }
#if defined(KWS_MIC_GAIN) && defined(ARDUINO_NRF52_ADAFRUIT)
  PDM.setGain(KWS_MIC_GAIN);
#endif
  return true;
}

}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_ARDUINO_PDM
