#include "kws_model_tflm/runner.h"

#include <new>

#include "tensorflow/lite/schema/schema_generated.h"
#ifdef KWS_TFLM_ERROR_REPORTER
#include "tensorflow/lite/micro/micro_error_reporter.h"
#endif
#ifdef KWS_TFLM_VARIABLES
#include "tensorflow/lite/micro/micro_resource_variable.h"
#endif

// The interpreter's own messages have no place on a line that carries the protocol. Weak: a library
// that brings one keeps it.
extern "C" __attribute__((weak)) void DebugLog(const char*);
extern "C" __attribute__((weak)) void DebugLog(const char*) {}

namespace kws {

#ifdef KWS_TRACE
TflmTrace tflm_trace;
#endif

namespace {

constexpr uint32_t kSchemaVersion = 3;

TensorView view_of(TfLiteTensor* tensor) {
  switch (tensor->type) {
    case kTfLiteInt8:
      return {ElementType::kInt8, tensor->data.raw, static_cast<uint32_t>(tensor->bytes),
              tensor->params.scale, tensor->params.zero_point};
    case kTfLiteUInt8:
      return {ElementType::kUint8, tensor->data.raw, static_cast<uint32_t>(tensor->bytes),
              tensor->params.scale, tensor->params.zero_point};
    default:
      return {ElementType::kFloat32, tensor->data.raw,
              static_cast<uint32_t>(tensor->bytes / sizeof(float)), 1.0f, 0};
  }
}

}  // namespace

ModelStatus TflmRunner::prepare(const tflite::MicroOpResolver& resolver) {
  resolver_ = &resolver;
  return build();
}

ModelStatus TflmRunner::build() {
  if (interpreter_ != nullptr) {
    interpreter_->~MicroInterpreter();
    interpreter_ = nullptr;
  }
  const tflite::Model* model = tflite::GetModel(config_.data);
  if (model->version() != kSchemaVersion) {
    return {false, "the interpreter does not know this version of the TensorFlow Lite format"};
  }
#ifdef KWS_TFLM_ERROR_REPORTER
  static tflite::MicroErrorReporter reporter;
#endif
#ifdef KWS_TFLM_VARIABLES
  tflite::MicroResourceVariables* variables = nullptr;
  if (config_.variables > 0) {
#ifdef KWS_TFLM_ERROR_REPORTER
    tflite::MicroAllocator* allocator =
        tflite::MicroAllocator::Create(config_.arena, config_.arena_size, &reporter);
#else
    tflite::MicroAllocator* allocator =
        tflite::MicroAllocator::Create(config_.arena, config_.arena_size);
#endif
    if (allocator == nullptr) return {false, config_.arena_reason};
    variables =
        tflite::MicroResourceVariables::Create(allocator, static_cast<int>(config_.variables));
    if (variables == nullptr) return {false, config_.arena_reason};
#ifdef KWS_TFLM_ERROR_REPORTER
    interpreter_ =
        new (storage_) tflite::MicroInterpreter(model, *resolver_, allocator, &reporter, variables);
#else
    interpreter_ = new (storage_) tflite::MicroInterpreter(model, *resolver_, allocator, variables);
#endif
  }
#else
  if (config_.variables > 0) {
    return {false,
            "the model keeps state in resource variables, which this TensorFlow Lite Micro does "
            "not have"};
  }
#endif
  if (interpreter_ == nullptr) {
#ifdef KWS_TFLM_ERROR_REPORTER
    interpreter_ = new (storage_)
        tflite::MicroInterpreter(model, *resolver_, config_.arena, config_.arena_size, &reporter);
#else
    interpreter_ = new (storage_)
        tflite::MicroInterpreter(model, *resolver_, config_.arena, config_.arena_size);
#endif
  }
  used_ = false;
  if (interpreter_->AllocateTensors() != kTfLiteOk) return {false, config_.arena_reason};
  if (interpreter_->inputs_size() != 1 || interpreter_->outputs_size() != 1) {
    return {false, "the model has not exactly one input and one output"};
  }
  return {true, nullptr};
}

void TflmRunner::reset() {
  if (used_ && config_.stateful) build();
}

bool TflmRunner::invoke() {
  used_ = true;
#ifdef KWS_TRACE
  tflm_trace.begin(config_.operators);
#endif
  return interpreter_->Invoke() == kTfLiteOk;
}

TensorView TflmRunner::input() const { return view_of(interpreter_->input(0)); }

TensorView TflmRunner::output() const { return view_of(interpreter_->output(0)); }

uint32_t TflmRunner::arena_used() const {
  return interpreter_ == nullptr ? 0 : static_cast<uint32_t>(interpreter_->arena_used_bytes());
}

}  // namespace kws
