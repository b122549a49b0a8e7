// The firmware of the platformio.ini in the root: the application around one dense layer, whose
// inputs the host pushes. Stands for what is rendered for a user's project, so that the libraries
// build without one.
#include "../../../templates/project/src/main.cpp"

#include "kws_app/config.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {
namespace {

constexpr int32_t kInputs = 4;
constexpr int32_t kOutputs = 2;

int8_t in[kInputs];
int8_t out[kOutputs];

// Per output the sum of its inputs: the first two, the last two.
const int8_t filter[kOutputs * kInputs] = {1, 1, 0, 0, 0, 0, 1, 1};
// Multiplied by 2^30 / 2^31 and shifted left by one: as they are.
const int32_t multipliers[kOutputs] = {1 << 30, 1 << 30};
const int8_t shifts[kOutputs] = {1, 1};
constexpr FullyConnectedS8 kLayer = {
    /*batches*/ 1,
    /*in_n*/ kInputs,
    /*out_n*/ kOutputs,
    /*input_offset*/ 0,
    /*filter_offset*/ 0,
    /*output_offset*/ 0,
    /*activation_min*/ -128,
    /*activation_max*/ 127,
    /*filter*/ filter,
    /*bias*/ nullptr,
    /*multipliers*/ multipliers,
    /*shifts*/ shifts,
};

ModelStatus prepare() { return {true, nullptr}; }
void reset() {}
bool invoke() {
  kws_fully_connected_s8(kLayer, in, out);
  return true;
}
TensorView input() { return {ElementType::kInt8, in, kInputs, 1.0f, 0}; }
TensorView output() { return {ElementType::kInt8, out, kOutputs, 1.0f / 256.0f, -128}; }
uint32_t arena_used() { return 0; }

const Model sums = {"sums", prepare, reset, invoke, input, output, arena_used, 0, nullptr};

const char* const labels[kOutputs] = {"first", "last"};
constexpr DetectorConfig kDetector = [] {
  DetectorConfig config{};
  config.targets = 1;
  config.outputs = kOutputs;
  config.cutoff = 255;
  config.window = 1;
  config.minimum = 1;
  return config;
}();
uint8_t window[detector_storage_bytes(kDetector)];
Detector detector(kDetector, window);

const ModelConfig models[1] = {{&sums,
                                "0000000000000000000000000000000000000000000000000000000000000000",
                                labels,
                                kOutputs,
                                /*frames*/ 0,
                                /*hop*/ 1,
                                {InputFormat::Type::kInt8, 0, 1, 1.0f, 1 << 30, 30},
                                /*transposed*/ false,
                                {/*zero_point*/ -128, /*multiplier*/ 1 << 14},
                                &detector}};

alignas(4) int16_t audio[512];

}  // namespace

const AppConfig kAppConfig = {
    /*tool_version*/ "development",
    /*build_id*/ "000000000000",
    /*board*/ "development",
    /*runtime*/ "aot",
    /*frontend_hash*/ "none",
    /*frontend*/ nullptr,
    /*sample_rate*/ 0,
    /*capture_rate*/ 16000,
    /*resampler*/ nullptr,
    /*step_ms*/ 0,
    /*step_us*/ 0,
    /*models*/ models,
    /*model_count*/ 1,
    /*gate*/ -1,
    /*feature_format*/ FeatureFormat::kInput,
    /*features*/ nullptr,
    /*feature_frames*/ 0,
    /*window*/ nullptr,
    /*audio*/ audio,
    /*audio_capacity*/ 512,
    /*actions*/ nullptr,
    /*other_commands*/ nullptr,
    /*score_text*/ nullptr,
    /*sleep*/ Sleep::kLight,
};

}  // namespace kws
