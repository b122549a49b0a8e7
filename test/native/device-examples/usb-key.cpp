// A word while the computer takes its time: one key goes down, and up again.
#include <Adafruit_TinyUSB.h>
#include <Arduino.h>
#include <kws_device.h>

#include <cstdio>

Adafruit_USBD_Device TinyUSBDevice;
static int busy = 3;

void delay(unsigned long) {}
void Adafruit_USBD_HID::setPollInterval(uint8_t) {}
void Adafruit_USBD_HID::setReportDescriptor(const uint8_t*, uint16_t size) {
  std::printf("%u\n", size);
}
bool Adafruit_USBD_HID::begin() { return std::printf("begin\n") > 0; }
bool Adafruit_USBD_HID::ready() { return busy-- <= 0; }
bool Adafruit_USBD_HID::keyboardReport(uint8_t, uint8_t, uint8_t keys[6]) {
  busy = 2;
  return std::printf("down %u %u\n", keys[0], keys[1]) > 0;
}
bool Adafruit_USBD_HID::keyboardRelease(uint8_t) { return std::printf("up\n") > 0; }
bool Adafruit_USBD_Device::mounted() { return true; }
bool Adafruit_USBD_Device::detach() { return std::printf("detach\n") > 0; }
bool Adafruit_USBD_Device::attach() { return std::printf("attach\n") > 0; }

int main() {
  kws_user_setup();
  kws_on_detection("m", "stop", 1.0f, 0);
  for (int round = 0; round < 20; ++round) kws_user_loop();
}
