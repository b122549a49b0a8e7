// What operator_trace.h uses of TensorFlow Lite Micro's interface, as its sources have it since
// 2021: operators are found by their code alone, and tensors are asked for.
#pragma once

#include <cstdint>

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };
enum TfLiteType {
  kTfLiteFloat32 = 1,
  kTfLiteInt32 = 2,
  kTfLiteInt64 = 4,
  kTfLiteInt16 = 7,
  kTfLiteInt8 = 9,
};

struct TfLiteIntArray {
  int size;
  int data[4];
};

struct TfLiteEvalTensor {
  union {
    void* data;
    char* raw;
  } data;
  TfLiteIntArray* dims;
  TfLiteType type;
};

struct TfLiteContext {
  TfLiteEvalTensor* (*GetEvalTensor)(const TfLiteContext* context, int tensor);
};

struct TfLiteNode {
  TfLiteIntArray* outputs;
};

struct TFLMRegistration {
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  int code;
};

namespace tflite {

enum BuiltinOperator {
  BuiltinOperator_ADD = 0,
  BuiltinOperator_SPLIT = 49,
  BuiltinOperator_CALL_ONCE = 129,
  BuiltinOperator_VAR_HANDLE = 142,
  BuiltinOperator_ASSIGN_VARIABLE = 144,
};

template <unsigned kCount>
class MicroMutableOpResolver {
 public:
  void add(BuiltinOperator code, TfLiteStatus (*invoke)(TfLiteContext*, TfLiteNode*)) {
    registrations_[count_++] = {invoke, code};
  }
  const TFLMRegistration* FindOp(BuiltinOperator code) const {
    for (unsigned i = 0; i < count_; ++i) {
      if (registrations_[i].code == code) return &registrations_[i];
    }
    return nullptr;
  }

 private:
  TFLMRegistration registrations_[kCount] = {};
  unsigned count_ = 0;
};

}  // namespace tflite
