// Presses a key of a USB keyboard when a word is heard: for Adafruit's cores with TinyUSB. The
// board is a serial port and a keyboard at once. Other boards are left as they are.
#include <kws_device.h>

#if defined(USE_TINYUSB)
#include <Adafruit_TinyUSB.h>
#include <Arduino.h>

// Stops and starts most players. HID_KEY_… of TinyUSB's hid.h.
static const uint8_t kKey = HID_KEY_SPACE;

static const uint8_t descriptor[] = {TUD_HID_REPORT_DESC_KEYBOARD()};
static Adafruit_USBD_HID keyboard;

enum State { kIdle, kPress, kRelease };
static State state = kIdle;

void kws_user_setup() {
  keyboard.setPollInterval(2);
  keyboard.setReportDescriptor(descriptor, sizeof descriptor);
  keyboard.begin();
  // The computer has seen a serial port alone: it looks again.
  if (TinyUSBDevice.mounted()) {
    TinyUSBDevice.detach();
    delay(10);
    TinyUSBDevice.attach();
  }
}

void kws_on_detection(const char*, const char*, float, uint32_t) { state = kPress; }

// A report per round, and only when the last one has gone: nothing waits for the computer.
void kws_user_loop() {
  if (state == kIdle || !keyboard.ready()) return;
  if (state == kPress) {
    uint8_t keys[6] = {kKey, 0, 0, 0, 0, 0};
    keyboard.keyboardReport(0, 0, keys);
    state = kRelease;
  } else {
    keyboard.keyboardRelease(0);
    state = kIdle;
  }
}
#endif
