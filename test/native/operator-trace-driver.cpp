// Two models that stream, run as the interpreter runs them: what their operators are told to have
// put out goes to standard output, `number output bytes value` a line.
#define KWS_TRACE 16

#include <cstdio>

#include "kws_model_tflm/operator_trace.h"

namespace kws {

TflmTrace tflm_trace;

void trace_operator(uint32_t index, const TracedOutput* outputs, uint32_t count) {
  if (count == 0) std::printf("%u\n", index);
  for (uint32_t i = 0; i < count; ++i) {
    std::printf("%u %u %u %d\n", index, outputs[i].output, outputs[i].bytes,
                *static_cast<const int8_t*>(outputs[i].data));
  }
}

}  // namespace kws

namespace {

int8_t bytes[2][24];
TfLiteIntArray shapes[2] = {{2, {2, 3, 0, 0}}, {1, {4, 0, 0, 0}}};
TfLiteEvalTensor tensors[2] = {{{bytes[0]}, &shapes[0], kTfLiteInt8},
                               {{bytes[1]}, &shapes[1], kTfLiteInt32}};
TfLiteIntArray none = {0, {}};
TfLiteIntArray first = {1, {0, 0, 0, 0}};
TfLiteIntArray both = {2, {0, 1, 0, 0}};

using Resolver = tflite::MicroMutableOpResolver<5>;
Resolver resolvers[2];

TfLiteStatus run(Resolver& resolver, tflite::BuiltinOperator code, TfLiteIntArray& outputs) {
  TfLiteContext context = {[](const TfLiteContext*, int tensor) { return &tensors[tensor]; }};
  TfLiteNode node = {&outputs};
  return resolver.FindOp(code)->invoke(&context, &node);
}

// Each overwrites the tensor that the one before it wrote.
TfLiteStatus add(TfLiteContext*, TfLiteNode*) {
  ++bytes[0][0];
  return kTfLiteOk;
}
TfLiteStatus nothing(TfLiteContext*, TfLiteNode*) { return kTfLiteOk; }
// Runs a graph of its own.
TfLiteStatus call_once(TfLiteContext*, TfLiteNode*) {
  run(resolvers[0], tflite::BuiltinOperator_VAR_HANDLE, first);
  run(resolvers[0], tflite::BuiltinOperator_ASSIGN_VARIABLE, none);
  return kTfLiteOk;
}

struct Streaming {};
struct Other {};

template <typename Tag>
void wrap(const Resolver& resolver) {
  kws::TracedOperator<Tag, Resolver, tflite::BuiltinOperator_ADD>::wrap(resolver);
  kws::TracedOperator<Tag, Resolver, tflite::BuiltinOperator_SPLIT>::wrap(resolver);
  kws::TracedOperator<Tag, Resolver, tflite::BuiltinOperator_CALL_ONCE>::wrap(resolver);
  kws::TracedOperator<Tag, Resolver, tflite::BuiltinOperator_VAR_HANDLE>::wrap(resolver);
  kws::TracedOperator<Tag, Resolver, tflite::BuiltinOperator_ASSIGN_VARIABLE>::wrap(resolver);
}

}  // namespace

int main() {
  for (Resolver& resolver : resolvers) {
    // The second model adds by another kernel.
    resolver.add(tflite::BuiltinOperator_ADD, &resolver == resolvers ? add : nothing);
    resolver.add(tflite::BuiltinOperator_SPLIT, add);
    resolver.add(tflite::BuiltinOperator_CALL_ONCE, call_once);
    resolver.add(tflite::BuiltinOperator_VAR_HANDLE, nothing);
    resolver.add(tflite::BuiltinOperator_ASSIGN_VARIABLE, nothing);
  }
  wrap<Streaming>(resolvers[0]);
  wrap<Other>(resolvers[1]);
  const uint16_t numbers[] = {7, 8, 9};
  for (int inference = 0; inference < 2; ++inference) {
    kws::tflm_trace.begin({numbers, 3});
    run(resolvers[0], tflite::BuiltinOperator_CALL_ONCE, none);
    run(resolvers[0], tflite::BuiltinOperator_VAR_HANDLE, first);
    run(resolvers[0], tflite::BuiltinOperator_ADD, first);
    run(resolvers[0], tflite::BuiltinOperator_SPLIT, both);
    run(resolvers[0], tflite::BuiltinOperator_ASSIGN_VARIABLE, none);
  }
  kws::tflm_trace.begin({numbers, 1});
  run(resolvers[1], tflite::BuiltinOperator_ADD, first);
  run(resolvers[1], tflite::BuiltinOperator_ADD, first);  // more than the model has
  return 0;
}
