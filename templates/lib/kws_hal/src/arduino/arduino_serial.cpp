// What all boards under the Arduino framework share: the serial line, the clock, sleeping. The
// microphone is the business of the file of its capture API.
//
// The line is USB CDC on nearly every board. Its write() may wait for ever for a host that has the
// port open and does not read, so only what the driver takes at once is handed over, for a limited
// time.
#if defined(KWS_HAL_ARDUINO)

#if defined(ARDUINO_ARCH_MBED)
#include <chrono>  // first: this core defines abs() as a macro, which C++17's chrono cannot bear
#endif
#include <Arduino.h>
#if defined(ARDUINO_ARCH_MBED)
#include <USB/PluggableUSBSerial.h>
#elif defined(ARDUINO_NRF52_ADAFRUIT)
#include <Adafruit_TinyUSB.h>
#endif

#include "kws_hal/kws_hal.h"
#include "nrf52_cache.h"

namespace kws {
namespace hal {
namespace {

// How long a host that reads may pause before output is dropped.
constexpr uint32_t kPatienceMs = 50;

#if defined(ARDUINO_ARCH_MBED)
// This core cannot say how much room it has, but has a call that does not wait. It sends one USB
// packet: one byte less than the largest, because a host may wait for more after a full one.
constexpr size_t kPacket = 63;

template <class Line>
size_t write_some(Line& line, const uint8_t* data, size_t size) {
  uint8_t packet[kPacket];
  const size_t part = size < kPacket ? size : kPacket;
  for (size_t i = 0; i < part; ++i) packet[i] = data[i];
  uint32_t taken = 0;
  line.send_nb(packet, static_cast<uint32_t>(part), &taken, true);
  return taken;
}
#else
template <class Line>
size_t write_some(Line& line, const uint8_t* data, size_t size) {
  const int room = line.availableForWrite();
  if (room <= 0) return 0;
  const size_t part = size < static_cast<size_t>(room) ? size : static_cast<size_t>(room);
  return line.write(data, part);
}
#endif

// A serial line of the core and whether anybody reads it.
template <class Line>
class Outlet {
 public:
  explicit Outlet(Line& line) : line_(line) {}

  // True if something was read.
  bool read(uint8_t* to, size_t capacity, size_t* count) {
    const size_t before = *count;
    while (*count < capacity && line_.available() > 0) {
      const int byte = line_.read();
      if (byte < 0) break;
      to[(*count)++] = static_cast<uint8_t>(byte);
    }
    return *count > before;
  }

  // True while nothing waits to be read.
  bool quiet() { return line_.available() == 0; }

  // Whoever once kept us waiting in vain is waited for again only when the driver takes something.
  void write(const uint8_t* data, size_t size) {
    uint32_t since = static_cast<uint32_t>(millis());
    while (size > 0) {
      const size_t taken = write_some(line_, data, size);
      data += taken;
      size -= taken;
      if (taken > 0) {
        reader_gone_ = false;
        since = static_cast<uint32_t>(millis());
      } else if (reader_gone_ || static_cast<uint32_t>(millis()) - since >= kPatienceMs) {
        reader_gone_ = true;
        return;
      } else {
        yield();
      }
    }
  }

 private:
  Line& line_;
  bool reader_gone_ = false;
};

#if defined(ARDUINO_ARCH_MBED)
// Serial wraps this object and hides the call that does not wait.
Outlet<arduino::USBSerial> first(_SerialUSB);
#else
Outlet<decltype(Serial)> first(Serial);
#endif

#if defined(ARDUINO_ARCH_ESP32) && ARDUINO_USB_CDC_ON_BOOT
// ESP32-S3 boards have two ports: USB (Serial) and a UART behind a bridge (Serial0). The user may
// have plugged in either: both are written to until the host speaks on one.
Outlet<decltype(Serial0)> second(Serial0);
enum class Active : uint8_t { kBoth, kFirst, kSecond };
Active active = Active::kBoth;
#endif

}  // namespace

#if defined(ARDUINO_ARCH_ESP32) && ARDUINO_USB_CDC_ON_BOOT

void begin() {
  Serial.setRxBufferSize(kReceiveBytes);
  Serial.begin(KWS_SERIAL_BAUD);
  Serial0.setRxBufferSize(kReceiveBytes);
  Serial0.begin(KWS_SERIAL_BAUD);
}

size_t serial_read(uint8_t* to, size_t capacity) {
  size_t count = 0;
  if (first.read(to, capacity, &count)) {
    active = Active::kFirst;
  } else if (second.read(to, capacity, &count)) {
    active = Active::kSecond;
  }
  return count;
}

void serial_write(const char* data, size_t size) {
  const uint8_t* const bytes = reinterpret_cast<const uint8_t*>(data);
  if (active != Active::kSecond) first.write(bytes, size);
  if (active != Active::kFirst) second.write(bytes, size);
}

#else

void begin() {
  enable_instruction_cache();
#if defined(ARDUINO_ARCH_ESP32)
  Serial.setRxBufferSize(kReceiveBytes);  // a UART behind a bridge: it cannot make the host wait
#elif defined(ARDUINO_ARCH_STM32)
  static_assert(SERIAL_RX_BUFFER_SIZE > kReceiveBytes,
                "a UART behind a bridge cannot make the host wait: -DSERIAL_RX_BUFFER_SIZE=2304");
#endif
  Serial.begin(KWS_SERIAL_BAUD);
}

size_t serial_read(uint8_t* to, size_t capacity) {
  size_t count = 0;
  first.read(to, capacity, &count);
  return count;
}

void serial_write(const char* data, size_t size) {
  first.write(reinterpret_cast<const uint8_t*>(data), size);
}

#endif

uint32_t ticks() { return static_cast<uint32_t>(micros()); }
uint32_t ticks_per_second() { return 1000000u; }

#if defined(ARDUINO_ARCH_STM32)
// This core waits awake in delay(). Its tick of a millisecond is an interrupt, and so is whatever
// else ends the sleep.
void idle(bool deep) {
  const uint32_t start = static_cast<uint32_t>(millis());
  do {
    __WFI();
  } while (deep && first.quiet() && static_cast<uint32_t>(millis()) - start < kDeepMs);
}
#else
// Cores with an operating system and arduino-pico sleep in delay(); Teensy's waits awake.
void idle(bool deep) { delay(deep ? kDeepMs : 1); }
#endif

AudioLink* audio_link() { return nullptr; }

}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_ARDUINO
