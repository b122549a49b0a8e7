// The clock and the ports behind the stand-in headers.
#if defined(ARDUINO_ARCH_MBED)
#include <USB/PluggableUSBSerial.h>
#endif
#include <Arduino.h>

#include "cases.h"
#if defined(ARDUINO_NRF52_ADAFRUIT)
#include <Adafruit_TinyUSB.h>
#endif

namespace fake {
Port usb;
Port uart;
std::vector<std::string> pins;
uint32_t now_us = 0;
uint32_t waited_us = 0;

static void pass(uint32_t us) {
  now_us += us;
  waited_us += us;
}
}  // namespace fake

#if defined(ARDUINO_NRF52_ADAFRUIT) || defined(TEENSYDUINO) || defined(ARDUINO_ARCH_STM32)
#if defined(TEENSYDUINO)
usb_serial_class Serial;
#elif defined(ARDUINO_ARCH_STM32)
HardwareSerial Serial;
#else
Adafruit_USBD_CDC Serial;
#endif
uint32_t millis() { return fake::now_us / 1000; }
uint32_t micros() { return fake::now_us; }
void delay(uint32_t ms) { fake::pass(ms * 1000); }
#else
unsigned long millis() { return fake::now_us / 1000; }
unsigned long micros() { return fake::now_us; }
#if defined(ARDUINO_ARCH_ESP32)
#if ARDUINO_USB_CDC_ON_BOOT
HWCDC Serial(fake::usb);
HardwareSerial Serial0(fake::uart);
#else
HardwareSerial Serial(fake::usb);
#endif
void delay(uint32_t ms) { fake::pass(ms * 1000); }
#elif defined(ARDUINO_ARCH_RP2040)
SerialUSB Serial;
void delay(unsigned long ms) { fake::pass(static_cast<uint32_t>(ms) * 1000); }
#else
arduino::UART _UART_USB_;
arduino::USBSerial _SerialUSB;
void delay(unsigned long ms) { fake::pass(static_cast<uint32_t>(ms) * 1000); }
#endif
#endif
void yield() { fake::pass(100); }

static void set_mode(uint32_t pin, uint32_t mode) {
  CHECK(mode == OUTPUT);
  fake::pins.push_back(std::to_string(pin) + " output");
}
static void set_level(uint32_t pin, bool high) {
  fake::pins.push_back(std::to_string(pin) + (high ? " high" : " low"));
}
#if defined(ARDUINO_NRF52_ADAFRUIT) || defined(ARDUINO_ARCH_STM32)
void pinMode(uint32_t pin, uint32_t mode) { set_mode(pin, mode); }
void digitalWrite(uint32_t pin, uint32_t level) { set_level(pin, level == HIGH); }
#elif defined(ARDUINO_ARCH_ESP32) || defined(TEENSYDUINO)
void pinMode(uint8_t pin, uint8_t mode) { set_mode(pin, mode); }
void digitalWrite(uint8_t pin, uint8_t level) { set_level(pin, level == HIGH); }
#else
void pinMode(pin_size_t pin, PinMode mode) { set_mode(pin, mode); }
void digitalWrite(pin_size_t pin, PinStatus level) { set_level(pin, level == HIGH); }
#endif
