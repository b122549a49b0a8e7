// What a build for `kws-gen verify` and `kws-gen profile` tells while it computes. In other builds
// (without KWS_TRACE) there is nothing of it.
//
// KWS_TRACE is the number of operators of all models.
#pragma once

#ifdef KWS_TRACE

#include <cstdint>

namespace kws {

// An output of an operator, or the rows of it that an inference computed.
struct TracedOutput {
  uint32_t output;   // which of the operator's outputs
  const void* data;  // of these bytes
  uint32_t offset;   // of these bytes in the output
  uint32_t bytes;
};

// Constant data as it was generated: tables, weights.
struct TracedConstant {
  const void* data;
  uint32_t bytes;
};

struct TracedConstants {
  const TracedConstant* items;
  uint32_t count;
};

// The calls of an operator of the model that runs are made. Called by the generated models.
void trace_operator(uint32_t index, const TracedOutput* outputs, uint32_t count);

}  // namespace kws

#endif
