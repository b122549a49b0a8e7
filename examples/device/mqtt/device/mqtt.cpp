// Sends the label that was heard to an MQTT server: for ESP32 boards. Connecting takes seconds, so
// a task of its own does it, on the core that does not listen; the main loop only hands labels
// over. Other boards are left as they are.
#include <kws_device.h>

#if defined(ARDUINO_ARCH_ESP32)
#include <Arduino.h>
#include <PubSubClient.h>
#include <WiFi.h>
#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>
#include <freertos/task.h>

static const char kNetwork[] = "your network";
static const char kPassword[] = "its password";
static const char kServer[] = "192.168.1.2";
static const uint16_t kPort = 1883;
static const char kTopic[] = "kws/heard";

static WiFiClient connection;
static PubSubClient client(connection);
static QueueHandle_t labels = nullptr;

static void send_labels(void*) {
  WiFi.begin(kNetwork, kPassword);
  client.setServer(kServer, kPort);
  for (;;) {
    const bool online = WiFi.status() == WL_CONNECTED;
    if (online && (client.connected() || client.connect("kws"))) {
      client.loop();
      const char* label = nullptr;
      if (xQueueReceive(labels, &label, 0) == pdTRUE) client.publish(kTopic, label);
    }
    vTaskDelay(100 / portTICK_PERIOD_MS);
  }
}

void kws_user_setup() {
  labels = xQueueCreate(8, sizeof(const char*));
  // Arduino's loop runs on core 1.
  xTaskCreatePinnedToCore(send_labels, "mqtt", 8192, nullptr, 1, nullptr, 0);
}

// Labels stay valid for ever; one that finds the queue full is passed over.
void kws_on_detection(const char*, const char* label, float, uint32_t) {
  if (labels != nullptr) xQueueSend(labels, &label, 0);
}
#endif
