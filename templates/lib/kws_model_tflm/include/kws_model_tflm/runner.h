// A model computed by TensorFlow Lite Micro's interpreter, as kws::Model wants it.
//
// Owns: the interpreter's life, and what differs between the generations of its C++ interface.
// Leaves to others (the generated file): the model's bytes, the arena, which operators are
// registered.
//
// Generations: up to 2022 the interpreter takes an ErrorReporter (micro_log.h does not exist yet);
// in 2020 operators are registered by code and kernel, later by a method of their own
// (kernels/conv.h came with them). Resource variables came in between.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_model/kws_model.h"

// Others' headers, others' warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "kws_model_tflm/operator_trace.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#pragma GCC diagnostic pop

#if !__has_include("tensorflow/lite/micro/micro_log.h")
#define KWS_TFLM_ERROR_REPORTER 1
#endif
#if __has_include("tensorflow/lite/micro/micro_resource_variable.h")
#define KWS_TFLM_VARIABLES 1
#endif

// Registers an operator: KWS_TFLM_ADD with the library's default kernel, KWS_TFLM_ADD_INT8 with the
// one for int8 alone. `Method` is the resolver's (AddConv2D without Add), `OP` the operator's name.
#if __has_include("tensorflow/lite/micro/kernels/conv.h")
#define KWS_TFLM_ADD(resolver, Method, OP) ((resolver).Add##Method() == kTfLiteOk)
#define KWS_TFLM_ADD_INT8(resolver, Method, OP) \
  ((resolver).Add##Method(tflite::Register_##OP##_INT8()) == kTfLiteOk)
#else
#include "tensorflow/lite/micro/kernels/micro_ops.h"
// Version 0 is any version.
#define KWS_TFLM_ADD(resolver, Method, OP)                                                        \
  ((resolver).AddBuiltin(tflite::BuiltinOperator_##OP, tflite::ops::micro::Register_##OP(), 0) == \
   kTfLiteOk)
#define KWS_TFLM_ADD_INT8(resolver, Method, OP) KWS_TFLM_ADD(resolver, Method, OP)
#endif

namespace kws {

struct TflmConfig {
  const unsigned char* data;  // the .tflite file, 16-byte aligned
  uint8_t* arena;             // 16-byte aligned
  uint32_t arena_size;        // bytes
  uint32_t variables;         // resource variables of the model
  bool stateful;              // whether a reset must forget anything
  const char* arena_reason;   // what to say when the arena is too small
#ifdef KWS_TRACE
  TflmOperators operators;
#endif
};

class TflmRunner {
 public:
  explicit constexpr TflmRunner(const TflmConfig& config) : config_(config) {}

  // `resolver` outlives the runner.
  ModelStatus prepare(const tflite::MicroOpResolver& resolver);
  // State to its initial values: the interpreter is built anew in its arena, because its own reset
  // leaves resource variables at zero instead of the model's initial values.
  void reset();
  bool invoke();
  TensorView input() const;
  TensorView output() const;
  uint32_t arena_used() const;

 private:
  ModelStatus build();

  const TflmConfig& config_;
  const tflite::MicroOpResolver* resolver_ = nullptr;
  tflite::MicroInterpreter* interpreter_ = nullptr;
  bool used_ = false;  // since the last reset
  alignas(tflite::MicroInterpreter) unsigned char storage_[sizeof(tflite::MicroInterpreter)] = {};
};

}  // namespace kws
