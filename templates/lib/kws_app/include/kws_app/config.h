// What the generator tells the application: one constant, `kAppConfig`, filled by the generated
// src/kws_config.cpp. Everything that varies from project to project and board to board stands
// here; main.cpp and the application never change.
#pragma once

#include <cstdint>

#include "kws_app/actions.h"
#include "kws_app/other_commands.h"
#include "kws_app/score_text.h"
#include "kws_detector/detector.h"
#include "kws_frontend/frontend.h"
#include "kws_frontend/resampler.h"
#include "kws_model/kws_model.h"

namespace kws {

// How a model's integer output holds probabilities:
// p = ((q - zero_point) * multiplier + 2^13) >> 14, clamped to 0…255. Floats need neither.
struct OutputFormat {
  int32_t zero_point;
  int32_t multiplier;  // at most 2^22
};

struct ModelConfig {
  const Model* model;
  const char* sha256;         // of the model file, hex
  const char* const* labels;  // one per output
  uint32_t label_count;
  uint32_t frames;    // feature frames in the model's input; 0 without a front end
  uint32_t hop;       // feature steps from one inference to the next
  InputFormat input;  // how it holds features
  bool transposed;    // the input is [channels, frames], not [frames, channels]
  OutputFormat output;
  Detector* detector;  // nullptr without a front end
};

// How features wait for the models: as the byte that all of them take, converted once when a frame
// is new, or as the front end's own frames, converted for each model when it runs: where models
// differ, where one takes floats, or where the front end normalises over a model's window.
enum class FeatureFormat : uint8_t { kInput, kFrames };

// What the main loop does while there is nothing to do: go round, sleep for a millisecond at most,
// or for as long as a board may be left alone (hal::idle()).
enum class Sleep : uint8_t { kOff, kLight, kDeep };

struct AppConfig {
  const char* tool_version;
  const char* build_id;
  const char* board;
  const char* runtime;        // "aot" or "tflm"
  const char* frontend_hash;  // hex
  Frontend* frontend;         // nullptr: inputs are pushed by the host
  uint32_t sample_rate;       // of the front end, Hz
  uint32_t capture_rate;      // of the microphone and of audio the host pushes, Hz
  Resampler* resampler;  // from the capture rate to the front end's; nullptr where they are equal
  uint32_t step_ms;      // one feature step, rounded
  uint32_t step_us;      // the same, for clocks
  const ModelConfig* models;
  uint32_t model_count;
  int32_t gate;  // index of the voice-activity model, or -1
  // Ring of the latest features, shared by all models: feature_frames x channels bytes (kInput) or
  // feature_frames x Frontend::frame_bytes() (kFrames).
  FeatureFormat feature_format;
  void* features;
  uint32_t feature_frames;  // the largest `frames` of the models
  // Where a window is before it is transposed, for kFrames; nullptr where no model needs that.
  void* window;
  int16_t* audio;                 // ring between the microphone (or the host) and the front end
  uint32_t audio_capacity;        // samples, a power of two
  Actions* actions;               // nullptr: none
  OtherCommands* other_commands;  // nullptr: none
  ScoreText* score_text;          // nullptr: none
  Sleep sleep;
#ifdef KWS_TRACE
  TracedConstants frontend_constants;
  TracedConstants resampler_constants;
#endif
};

extern const AppConfig kAppConfig;

}  // namespace kws
