// A board whose Bluetooth does not start is left alone; one whose does notifies at each detection.
#include <ArduinoBLE.h>
#include <kws_device.h>

#include <cstdio>

static BLELocalDevice device;
BLELocalDevice& BLE = device;
static bool works = false;

BLEStringCharacteristic::BLEStringCharacteristic(const char*, uint16_t properties, int size) {
  std::printf("characteristic %u %d\n", properties, size);
}
int BLEStringCharacteristic::writeValue(const String& value) {
  return std::printf("notify %s\n", value.c_str());
}
BLEService::BLEService(const char* uuid) { std::printf("service %.8s\n", uuid); }
void BLEService::addCharacteristic(BLEStringCharacteristic&) { std::printf("add\n"); }
int BLELocalDevice::begin() { return works ? 1 : 0; }
void BLELocalDevice::poll() { std::printf("poll\n"); }
void BLELocalDevice::setLocalName(const char* name) { std::printf("name %s\n", name); }
void BLELocalDevice::setAdvertisedService(const BLEService&) {}
void BLELocalDevice::addService(BLEService&) {}
int BLELocalDevice::advertise() { return std::printf("advertise\n"); }

void kws_print(const char* text) { std::printf("%s\n", text); }

int main() {
  kws_user_setup();
  kws_user_loop();
  kws_on_detection("model", "yes", 0.9f, 1000);
  works = true;
  kws_user_setup();
  kws_on_detection("model", "yes", 0.9f, 2000);
  kws_user_loop();
  return 0;
}
