// Tells the label that was heard over Bluetooth LE, for boards with Arduino's mbed core (Nano 33
// BLE): a phone that subscribes to the characteristic is notified at each detection. Bluetooth runs
// in a thread of the core's own; the main loop only hands texts over. Other boards are left as they
// are.
#include <kws_device.h>

#if defined(ARDUINO_ARCH_MBED)
#include <Arduino.h>
#include <ArduinoBLE.h>

static const char kName[] = "kws";
// Drawn at random for this example: draw others for a product of yours.
static const char kService[] = "7d0c5f60-3a5e-4c0b-9a41-6f1b6d5c2a10";
static const char kHeard[] = "7d0c5f61-3a5e-4c0b-9a41-6f1b6d5c2a10";
static const int kLongest = 32;  // bytes of a label

static BLEService service(kService);
static BLEStringCharacteristic heard(kHeard, BLERead | BLENotify, kLongest);
static bool started = false;

// Before the microphone starts: what it takes is not missed.
void kws_user_setup() {
  if (!BLE.begin()) {
    kws_print("no Bluetooth");
    return;
  }
  BLE.setLocalName(kName);
  BLE.setAdvertisedService(service);
  service.addCharacteristic(heard);
  BLE.addService(service);
  started = BLE.advertise() != 0;
}

// Connections are made and ended here.
void kws_user_loop() {
  if (started) BLE.poll();
}

void kws_on_detection(const char*, const char* label, float, uint32_t) {
  if (started) heard.writeValue(label);
}
#endif
