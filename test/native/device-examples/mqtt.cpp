// The task runs in turns with the main loop: Wi-Fi comes late, the server later, a queue overflows.
#include <PubSubClient.h>
#include <freertos/queue.h>
#include <freertos/task.h>
#include <kws_device.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

WiFiClass WiFi;
static void (*task)(void*) = nullptr;
static std::vector<const char*> waiting;
static size_t most = 0;
static int turns = 0;

wl_status_t WiFiClass::begin(const char*, const char*) { return WL_DISCONNECTED; }
wl_status_t WiFiClass::status() { return turns < 2 ? WL_DISCONNECTED : WL_CONNECTED; }
PubSubClient& PubSubClient::setServer(const char*, uint16_t port) {
  std::printf("port %u\n", port);
  return *this;
}
bool PubSubClient::connected() { return turns > 3; }
bool PubSubClient::connect(const char* id) {
  std::printf("connect %s\n", id);
  return turns == 3;
}
bool PubSubClient::loop() { return true; }
bool PubSubClient::publish(const char* topic, const char* payload) {
  return std::printf("%s %s\n", topic, payload) > 0;
}
QueueHandle_t xQueueCreate(UBaseType_t length, UBaseType_t size) {
  most = size == sizeof(const char*) ? length : 0;
  return &waiting;
}
BaseType_t xQueueSend(QueueHandle_t, const void* item, TickType_t) {
  if (waiting.size() == most) return 0;
  const char* label;
  std::memcpy(&label, item, sizeof label);
  waiting.push_back(label);
  return pdTRUE;
}
BaseType_t xQueueReceive(QueueHandle_t, void* item, TickType_t) {
  if (waiting.empty()) return 0;
  std::memcpy(item, &waiting.front(), sizeof(const char*));
  waiting.erase(waiting.begin());
  return pdTRUE;
}
BaseType_t xTaskCreatePinnedToCore(void (*function)(void*), const char*, uint32_t, void*,
                                   UBaseType_t, void**, BaseType_t core) {
  std::printf("core %d\n", core);
  task = function;
  return 1;
}
// The task's turn ends here; after a while so does the program.
void vTaskDelay(TickType_t ticks) {
  if (ticks != 100) std::abort();
  if (++turns == 20) std::exit(0);
}

int main() {
  kws_user_setup();
  for (int i = 0; i < 10; ++i) kws_on_detection("m", i == 0 ? "first" : "more", 1.0f, 0);
  task(nullptr);
}
