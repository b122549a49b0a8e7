// What the generator tells the application: one constant, `kAppConfig`, filled by the generated
// src/kws_config.cpp. Everything that varies from project to project and board to board stands
// here; main.cpp and the application never change.
#pragma once

#include <cstdint>

#include "kws_detector/detector.h"
#include "kws_frontend/micro_frontend.h"
#include "kws_model/kws_model.h"

namespace kws {

struct ModelConfig {
  const Model* model;
  const char* sha256;         // of the model file, hex
  const char* const* labels;  // one per output
  uint32_t label_count;
  uint32_t frames;  // feature frames in the model's input; 0 without a front end
  uint32_t hop;     // feature steps from one inference to the next
  Detector* detector;
};

// How features wait for the models: as the int8 that every int8 and uint8 model takes, or, where a
// model has a float input, as the front end's own uint16.
enum class FeatureFormat : uint8_t { kInt8, kUint16 };

struct AppConfig {
  const char* tool_version;
  const char* build_id;
  const char* board;
  const char* runtime;        // "aot" or "tflm"
  const char* frontend_hash;  // hex
  MicroFrontend* frontend;    // nullptr: inputs are pushed by the host
  uint32_t sample_rate;       // Hz
  uint32_t step_ms;           // one feature step
  const ModelConfig* models;
  uint32_t model_count;
  int32_t gate;  // index of the voice-activity model, or -1
  // Ring of the latest features, shared by all models: feature_frames x channels elements.
  FeatureFormat feature_format;
  void* features;
  uint32_t feature_frames;  // the largest `frames` of the models
  int16_t* audio;           // ring between the microphone (or the host) and the front end
  uint32_t audio_capacity;  // samples, a power of two
  char* line;               // where a line of the protocol is built
  uint32_t line_capacity;   // bytes, LineWriter::kMinCapacity … LineWriter::kMaxLine
};

extern const AppConfig kAppConfig;

}  // namespace kws
