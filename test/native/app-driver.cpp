// The whole application on a board of memory: serial line, microphone, shared memory and models are
// scripted on standard input; what the device says goes to standard output.
//
// Arguments: name=value, see Board. Script, a line each:
//   s HEX      bytes arrive on the serial line
//   m N SEED   the microphone delivers N samples: noise, or always 7 where SEED is 0
//   l N        the microphone delivers N samples that are as loud as can be
//   p N        N rounds of the main loop
//   d          rounds until nothing is left to do
//   t N        N ticks pass
//   k N        N ticks pass during each invocation from now on
//   w N, e N   the host writes host_written, end of the shared memory
//   a N SEED   the host writes N samples of noise to the shared memory, from its start
//   f N        from the N-th invocation on, counted from now, models fail; f 0: none does
//   x TEXT     prints "# TEXT"
// Everything the application is given lies on the heap, in pieces of exactly its size.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "frontend_tables.h"
#include "kws_app/app.h"
#include "kws_app/edge_impulse_text.h"
#include "kws_app/listed_actions.h"
#include "kws_app/mlperf_tiny.h"
#include "kws_frontend/micro_frontend.h"
#include "kws_hal/audio_link.h"
#include "kws_hal/kws_hal.h"

namespace {

constexpr uint32_t kLinkCapacity = 1024;

struct Board {
  std::string type = "int8";  // of the models' tensors
  bool frontend = true;
  std::string mic = "none";  // none, works, fails
  bool link = false;
  bool prepares = true;     // whether the last model can be prepared
  uint32_t models = 1;      // the second one gates the first
  uint32_t late = 0;        // samples the microphone delivers during each inference
  uint32_t ring = 1024;     // samples
  uint32_t chunk = 64;      // most bytes one read of the serial line gives
  uint32_t advance = 0;     // models compute at hops what is new; 2: and say so
  bool transposed = false;  // the models' inputs are [channels, frames]
  int32_t zero = 0;         // of the models' outputs, counted from the type's lowest value
  int32_t multiplier = 1 << 14;
  bool actions = false;
  bool mlperf = false;
  bool text = false;
} board;

// Nothing but output 1 is ever detected.
constexpr kws::Action kActions[] = {
    {0, 1, nullptr, 5, nullptr, kws::PinLevel::kHigh, 2, 300},
    {0, 1, nullptr, 6, "LAMP", kws::PinLevel::kToggle, 1, 0},
    {0, 1, "said: two", 0, nullptr, kws::PinLevel::kLow, 1, 0},
    {0, 0, nullptr, 7, nullptr, kws::PinLevel::kLow, 1, 0},
};
kws::ActionState action_states[4];
kws::ListedActions actions(kActions, action_states, 4);

std::deque<uint8_t> inbox;
uint32_t now = 0;
uint32_t fail_in = 0;
uint32_t takes = 0;
bool idled = false;
kws::AudioRing* microphone = nullptr;
std::vector<uint32_t> link_memory;

std::vector<int16_t> noise(uint32_t count, uint32_t seed) {
  std::vector<int16_t> samples(count, 7);
  for (uint32_t i = 0; seed != 0 && i < count; ++i) {
    seed = seed * 1664525u + 1013904223u;
    samples[i] = static_cast<int16_t>(seed >> 16);
  }
  return samples;
}

void hear(uint32_t count, uint32_t seed) {
  const std::vector<int16_t> samples = noise(count, seed);
  if (microphone != nullptr) microphone->push_from_microphone(samples.data(), samples.size());
}

constexpr uint32_t kFrames = 4;
constexpr uint32_t kHop = 2;
constexpr uint32_t kOutputs = 2;

// A model whose output is a hash of its input and of how often it has run.
struct FakeModel {
  std::vector<uint8_t> input;
  std::vector<uint8_t> output;
  std::vector<uint8_t> last;  // input of the inference before
  uint32_t runs = 0;
} fakes[2];

kws::ElementType element_type() {
  if (board.type == "float32") return kws::ElementType::kFloat32;
  return board.type == "uint8" ? kws::ElementType::kUint8 : kws::ElementType::kInt8;
}
kws::InputFormat input_format() {
  using Type = kws::InputFormat::Type;
  const Type type = board.type == "float32" ? Type::kFloat32
                    : board.type == "uint8" ? Type::kUint8
                                            : Type::kInt8;
  return {type, -128, 666, 0.0f, 0, 0};
}
kws::OutputFormat output_format() {
  return {board.zero - (board.type == "int8" ? 128 : 0), board.multiplier};
}
size_t element_size() { return board.type == "float32" ? 4 : 1; }

template <int N>
kws::ModelStatus prepare() {
  if (!board.prepares && N + 1 == static_cast<int>(board.models)) {
    return {false, "The arena is too small."};
  }
  fakes[N].input.assign(kFrames * frontend_tables.channels * element_size(), 0);
  fakes[N].output.assign(kOutputs * element_size(), 0);
  return {true, nullptr};
}

template <int N>
void reset() {
  fakes[N].runs = 0;
}

template <int N>
bool invoke() {
  if (board.late > 0) hear(board.late, 1);
  now += takes;
  if (fail_in > 0) {
    if (fail_in == 1) return false;
    --fail_in;
  }
  FakeModel& model = fakes[N];
  model.last = model.input;
  uint32_t hash = 2166136261u + ++model.runs;
  for (const uint8_t byte : model.input) hash = (hash ^ byte) * 16777619u;
  for (uint32_t i = 0; i < kOutputs; ++i) {
    const uint8_t value = static_cast<uint8_t>(hash >> (8 * i + 8));
    const float real = static_cast<float>(value) / 255.0f;
    if (element_size() == 4) {
      std::memcpy(&model.output[4 * i], &real, 4);
    } else {
      model.output[i] = value;
    }
  }
  return true;
}

// The input must be that of the inference before, moved on by a hop.
template <int N>
bool advance() {
  const FakeModel& model = fakes[N];
  const size_t hop = kHop * frontend_tables.channels * element_size();
  const bool follows =
      model.last.size() == model.input.size() &&
      std::memcmp(model.input.data(), model.last.data() + hop, model.input.size() - hop) == 0;
  if (!follows) {
    std::printf("not moved on by a hop\n");
    std::exit(3);
  }
  if (board.advance > 1) std::printf("advanced\n");
  return invoke<N>();
}

template <int N>
kws::TensorView input() {
  return {element_type(), fakes[N].input.data(),
          static_cast<uint32_t>(fakes[N].input.size() / element_size()), 1.0f, 0};
}

template <int N>
kws::TensorView output() {
  return {element_type(), fakes[N].output.data(), kOutputs, 1.0f, 0};
}

uint32_t arena_used() { return 10; }

template <int N>
kws::Model fake(const char* name) {
  const auto at_hops = board.advance > 0 ? advance<N> : nullptr;
  return {name, prepare<N>, reset<N>, invoke<N>, input<N>, output<N>, arena_used, 20, at_hops};
}

constexpr kws::DetectorConfig kDetector = {/*targets=*/2,
                                           /*refractory_steps=*/3,
                                           /*outputs=*/kOutputs,
                                           /*cutoff=*/128,
                                           /*window=*/2,
                                           /*minimum=*/1,
                                           /*partial_present=*/true,
                                           /*floor_mean=*/false,
                                           /*below_cutoff_counts=*/false,
                                           /*start_deaf=*/false,
                                           /*same_label_only=*/false,
                                           /*judge_later=*/false,
                                           /*clear_on_detect=*/true,
                                           /*top_only=*/false};

bool setting(const char* argument) {
  const char* const equals = std::strchr(argument, '=');
  if (equals == nullptr) return false;
  const std::string name(argument, equals);
  const std::string value(equals + 1);
  const uint32_t number = static_cast<uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
  if (name == "type") {
    board.type = value;
  } else if (name == "frontend") {
    board.frontend = number != 0;
  } else if (name == "mic") {
    board.mic = value;
  } else if (name == "link") {
    board.link = number != 0;
  } else if (name == "prepares") {
    board.prepares = number != 0;
  } else if (name == "models") {
    board.models = number;
  } else if (name == "late") {
    board.late = number;
  } else if (name == "ring") {
    board.ring = number;
  } else if (name == "chunk") {
    board.chunk = number;
  } else if (name == "advance") {
    board.advance = number;
  } else if (name == "transposed") {
    board.transposed = number != 0;
  } else if (name == "zero") {
    board.zero = static_cast<int32_t>(number);
  } else if (name == "multiplier") {
    board.multiplier = static_cast<int32_t>(number);
  } else if (name == "actions") {
    board.actions = number != 0;
  } else if (name == "mlperf") {
    board.mlperf = number != 0;
  } else if (name == "text") {
    board.text = number != 0;
  } else {
    return false;
  }
  return true;
}

kws::AudioLink* shared() { return reinterpret_cast<kws::AudioLink*>(link_memory.data()); }

void drain(kws::App& app) {
  for (int i = 0; i < 100000; ++i) {
    idled = false;
    app.poll();
    if (idled && inbox.empty()) return;
  }
  std::printf("stuck\n");
  std::exit(3);
}

void step(kws::App& app, const std::string& line) {
  const std::string rest = line.size() > 2 ? line.substr(2) : "";
  char* end = nullptr;
  const uint32_t first = static_cast<uint32_t>(std::strtoul(rest.c_str(), &end, 10));
  const uint32_t second = static_cast<uint32_t>(std::strtoul(end, nullptr, 10));
  switch (line[0]) {
    case 's':
      for (size_t i = 0; i + 1 < rest.size(); i += 2) {
        inbox.push_back(static_cast<uint8_t>(std::strtoul(rest.substr(i, 2).c_str(), nullptr, 16)));
      }
      return;
    case 'm':
      return hear(first, second);
    case 'p':
      for (uint32_t i = 0; i < first; ++i) app.poll();
      return;
    case 'd':
      return drain(app);
    case 't':
      now += first;
      return;
    case 'l': {
      std::vector<int16_t> loud(first, INT16_MAX);
      for (uint32_t i = 0; i < first; i += 2) loud[i] = INT16_MIN;
      if (microphone != nullptr) microphone->push_from_microphone(loud.data(), loud.size());
      return;
    }
    case 'k':
      takes = first;
      return;
    case 'w':
      shared()->host_written = first;
      return;
    case 'e':
      shared()->end = first;
      return;
    case 'a': {
      const std::vector<int16_t> samples = noise(first, second);
      for (uint32_t i = 0; i < first; ++i) shared()->samples[i % kLinkCapacity] = samples[i];
      return;
    }
    case 'f':
      fail_in = first;
      return;
    case 'x':
      std::printf("# %s\n", rest.c_str());
      return;
    default:
      std::printf("what is %s?\n", line.c_str());
      std::exit(3);
  }
}

}  // namespace

namespace kws {
namespace hal {

void begin() {}

size_t serial_read(uint8_t* to, size_t capacity) {
  size_t count = 0;
  while (count < capacity && count < board.chunk && !inbox.empty()) {
    to[count++] = inbox.front();
    inbox.pop_front();
  }
  return count;
}

void serial_write(const char* data, size_t size) { std::fwrite(data, 1, size, stdout); }

uint32_t ticks() { return ++now; }
uint32_t ticks_per_second() { return 1000000; }
void idle(bool) {
  idled = true;
  now += 1000;
}

bool has_microphone() { return board.mic != "none"; }
bool microphone_gain(uint32_t gain) { return board.mic != "none" && gain <= 80; }

bool microphone_begin(AudioRing& ring, uint32_t, const char** reason) {
  if (board.mic == "fails") {
    *reason = "The microphone does not answer.";
    return false;
  }
  microphone = &ring;
  return true;
}

bool has_pins() { return false; }
void pin_output(uint8_t, bool) {}
void pin_write(uint8_t, bool) {}

AudioLink* audio_link() { return board.link ? shared() : nullptr; }

}  // namespace hal
}  // namespace kws

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    if (!setting(arguments[i])) return 3;
  }
  link_memory.assign(sizeof(kws::AudioLink) / 4 + kLinkCapacity / 2, 0);
  shared()->capacity = kLinkCapacity;
  shared()->end = kws::kOpenEnd;

  const kws::Model fake_models[2] = {fake<0>("first"), fake<1>("gate")};
  const char* const labels[] = {"nothing", "something \"quoted\""};
  std::vector<uint8_t> windows[2];
  std::vector<std::unique_ptr<kws::Detector>> detectors;
  std::vector<kws::ModelConfig> models;
  for (uint32_t i = 0; i < board.models; ++i) {
    windows[i].resize(kws::detector_storage_bytes(kDetector));
    detectors.push_back(std::make_unique<kws::Detector>(kDetector, windows[i].data()));
    models.push_back({&fake_models[i], "0123", labels, kOutputs, board.frontend ? kFrames : 0, kHop,
                      input_format(), board.transposed, output_format(), detectors[i].get()});
  }
  std::vector<uint32_t> frontend_memory(kws::micro_memory_words(frontend_tables.channels));
  const auto frontend =
      std::make_unique<kws::MicroFrontend>(frontend_tables, frontend_memory.data());
  const bool wide = board.type == "float32";
  std::vector<uint8_t> features(kFrames * frontend_tables.channels * (wide ? 2 : 1));
  std::vector<int16_t> audio(board.ring);
  std::vector<uint32_t> window(kFrames * frontend_tables.channels);
  std::vector<uint8_t> mlperf_input(kFrames * frontend_tables.channels * element_size());
  kws::MlperfTiny mlperf("kws01", 0, mlperf_input.data(),
                         static_cast<uint32_t>(mlperf_input.size()));
  kws::EdgeImpulseText edge_impulse;
  const kws::AppConfig config = {
      /*tool_version=*/"0.0.0",
      /*build_id=*/"abc",
      /*board=*/"memory",
      /*runtime=*/"aot",
      /*frontend_hash=*/"fe",
      /*frontend=*/board.frontend ? frontend.get() : nullptr,
      /*sample_rate=*/16000,
      /*capture_rate=*/16000,
      /*resampler=*/nullptr,
      /*step_ms=*/10,
      /*step_us=*/10000,
      /*models=*/models.data(),
      /*model_count=*/board.models,
      /*gate=*/board.models > 1 ? 1 : -1,
      /*feature_format=*/wide ? kws::FeatureFormat::kFrames : kws::FeatureFormat::kInput,
      /*features=*/features.data(),
      /*feature_frames=*/kFrames,
      /*window=*/window.data(),
      /*audio=*/audio.data(),
      /*audio_capacity=*/board.ring,
      /*actions=*/board.actions ? &actions : nullptr,
      /*other_commands=*/board.mlperf ? &mlperf : nullptr,
      /*score_text=*/board.text ? &edge_impulse : nullptr,
      /*sleep=*/kws::Sleep::kLight};

  const auto app = std::make_unique<kws::App>(config);
  app->begin();
  std::string script;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') {
      script.push_back(static_cast<char>(c));
    } else {
      step(*app, script);
      script.clear();
    }
  }
  return 0;
}
