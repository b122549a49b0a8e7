// A model as the application sees it, whichever runtime computes it.
//
// Two implementations are generated: `aot` (a list of calls into kws_kernels) and `tflm`
// (TensorFlow Lite Micro's interpreter). Both give the same outputs, bit for bit. Nothing is
// allocated after prepare().
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_model/trace.h"

namespace kws {

enum class ElementType : uint8_t { kInt8, kUint8, kFloat32 };

struct TensorView {
  ElementType type;
  void* data;
  uint32_t count;  // elements
  float scale;     // real = scale * (q - zero_point); 1 and 0 for float tensors
  int32_t zero_point;
};

// Why a model could not be prepared. The numbers stand in the protocol.
struct ModelStatus {
  bool ok;
  const char* reason;  // static text, nullptr when ok
};

struct Model {
  const char* name;
  ModelStatus (*prepare)();  // once, before everything else
  void (*reset)();           // streaming state to its initial values
  bool (*invoke)();          // false: the runtime failed
  TensorView (*input)();     // valid after prepare()
  TensorView (*output)();    // valid after prepare()
  uint32_t (*arena_used)();  // bytes
  uint32_t arena_size;       // bytes reserved
  // As invoke(), where the input is that of the inference before, moved on by a hop: computes what
  // is new and keeps the rest. Only directly after invoke() or advance(), with nothing but the
  // input changed. nullptr where every inference computes everything.
  bool (*advance)();
#ifdef KWS_TRACE
  TracedConstants constants;
  uint32_t operators;
#endif
};

}  // namespace kws
