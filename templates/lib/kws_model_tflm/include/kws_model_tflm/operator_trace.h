// In builds that trace (KWS_TRACE): tells what each operator of the interpreter puts out.
//
// Owns: which operator runs now, and where its outputs are. Leaves to others: what becomes of it
// (kws_app/tracer.h). Every registered operator's function is replaced by one that calls it and
// tells then: its outputs are read before the next operator may overwrite them. Generations differ
// in how a registration is found and where tensors are; overloads choose what is there.
#pragma once

#ifdef KWS_TRACE

#include <cstdint>
#include <type_traits>
#include <utility>

#include "kws_model/trace.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace kws {

// Of a model: numbers of its operators, in the order in which they run.
struct TflmOperators {
  const uint16_t* numbers;
  uint32_t count;
};

class TflmTrace {
 public:
  // An inference begins.
  void begin(const TflmOperators& operators) {
    operators_ = operators;
    next_ = 0;
    depth_ = 0;
  }
  // Operators may run others: of a subgraph that initialises variables nothing is told.
  void enter() { ++depth_; }
  template <typename Context, typename Node>
  void leave(Context* context, const Node* node) {
    if (--depth_ > 0 || next_ == operators_.count) return;
    const uint32_t count = static_cast<uint32_t>(node->outputs->size);
    constexpr uint32_t kMost = 16;
    TracedOutput outputs[kMost];
    for (uint32_t i = 0; i < count && i < kMost; ++i) {
      outputs[i] = output_of(context, node->outputs->data[i], 0);
      outputs[i].output = i;
    }
    trace_operator(operators_.numbers[next_++], outputs, count < kMost ? count : kMost);
  }
  // Of what only serves variables (handles, their initialisation).
  void leave() { --depth_; }

 private:
  static uint32_t bytes_of(TfLiteType type) {
    switch (type) {
      case kTfLiteFloat32:
      case kTfLiteInt32:
        return 4;
      case kTfLiteInt64:
        return 8;
      case kTfLiteInt16:
        return 2;
      default:
        return 1;
    }
  }
  template <typename Context>
  static auto output_of(Context* context, int tensor, int)
      -> decltype(context->GetEvalTensor(context, tensor), TracedOutput()) {
    const auto* const found = context->GetEvalTensor(context, tensor);
    uint32_t bytes = bytes_of(found->type);
    for (int i = 0; i < found->dims->size; ++i)
      bytes *= static_cast<uint32_t>(found->dims->data[i]);
    return {0, found->data.raw, 0, bytes};
  }
  template <typename Context>
  static TracedOutput output_of(Context* context, int tensor, long) {
    const auto& found = context->tensors[tensor];
    return {0, found.data.raw, 0, static_cast<uint32_t>(found.bytes)};
  }

  TflmOperators operators_ = {nullptr, 0};
  uint32_t next_ = 0;
  uint32_t depth_ = 0;
};

extern TflmTrace tflm_trace;

template <typename Resolver>
auto find_operator(const Resolver& resolver, tflite::BuiltinOperator code, int)
    -> decltype(resolver.FindOp(code)) {
  return resolver.FindOp(code);
}
// Version 0 is any version.
template <typename Resolver>
auto find_operator(const Resolver& resolver, tflite::BuiltinOperator code, long)
    -> decltype(resolver.FindOp(code, 0)) {
  return resolver.FindOp(code, 0);
}

// The function in place of an operator's own, for each model (`Tag`) one.
template <typename Tag, typename Resolver, tflite::BuiltinOperator kCode>
class TracedOperator {
  using Found = decltype(find_operator(std::declval<const Resolver&>(), kCode, 0));
  using Registration = std::remove_const_t<std::remove_pointer_t<Found>>;

 public:
  // The resolver keeps registrations of its own, which are not constant.
  static void wrap(const Resolver& resolver) {
    Registration* const registration = const_cast<Registration*>(find_operator(resolver, kCode, 0));
    if (registration == nullptr || registration->invoke == nullptr) return;
    own() = registration->invoke;
    registration->invoke = invoke;
  }

 private:
  using Function = TfLiteStatus (*)(TfLiteContext*, TfLiteNode*);

  static Function& own() {
    static Function function = nullptr;
    return function;
  }
  static TfLiteStatus invoke(TfLiteContext* context, TfLiteNode* node) {
    tflm_trace.enter();
    const TfLiteStatus status = own()(context, node);
    if (is_plumbing()) {
      tflm_trace.leave();
    } else {
      tflm_trace.leave(context, node);
    }
    return status;
  }
  // CALL_ONCE and VAR_HANDLE, which old libraries have no names for.
  static constexpr bool is_plumbing() {
    return static_cast<int>(kCode) == 129 || static_cast<int>(kCode) == 142;
  }
};

}  // namespace kws

#endif  // KWS_TRACE
