#include "kws_hal/kws_hal.h"
#include "kws_listener.h"

namespace kws {

const char* Listener::begin() {
  uint32_t failed = 0;
  const ModelStatus status = pipeline_.prepare(&failed);
  if (!status.ok) return status.reason;
  pipeline_.reset();
  return nullptr;
}

bool Listener::set_cutoff(uint32_t model, uint8_t cutoff) {
  if (model >= kAppConfig.model_count) return false;
  kAppConfig.models[model].detector->set_cutoff(cutoff);
  return true;
}

void Listener::on_detection(uint32_t model, uint32_t label, uint16_t p, uint32_t ms) {
  const ModelConfig& heard = kAppConfig.models[model];
  callback_({heard.model->name, heard.labels[label], static_cast<float>(p) / 10000.0f, ms},
            context_);
}

namespace hal {

// The pipeline times itself by it; here nobody asks for the times.
uint32_t ticks() { return 0; }
uint32_t ticks_per_second() { return 1000000u; }

}  // namespace hal

}  // namespace kws
