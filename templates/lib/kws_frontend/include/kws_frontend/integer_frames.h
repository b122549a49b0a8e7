// uint16 frames as a model's input: what the front ends in integers share.
#pragma once

#include <cstdint>

#include "kws_frontend/frontend.h"

namespace kws {

// A feature as the int8 input of a model: clamp((v * 256 + divisor / 2) / divisor + zero_point,
// -128, 127). micro_speech and microWakeWord models both expect a divisor of 666, although the
// latter declare a scale of 26/255.
inline int8_t quantize_feature(uint16_t value, uint32_t divisor = 666, int32_t zero_point = -128) {
  const uint32_t scaled = (static_cast<uint32_t>(value) * 256u + divisor / 2u) / divisor;
  const int32_t q = static_cast<int32_t>(scaled) + zero_point;
  return static_cast<int8_t>(q > 127 ? 127 : q < -128 ? -128 : q);
}

// One frame of `channels` values as as many elements of a model's input.
inline void convert_integers(const uint16_t* from, uint32_t channels, const InputFormat& format,
                             void* to) {
  for (uint32_t i = 0; i < channels; ++i) {
    if (format.type == InputFormat::Type::kFloat32) {
      // The scale that models are trained with (1 / 25.6).
      static_cast<float*>(to)[i] = static_cast<float>(from[i]) * (10.0f / 256.0f);
    } else {
      const int8_t q = quantize_feature(from[i], format.divisor, format.zero_point);
      static_cast<uint8_t*>(to)[i] = format.type == InputFormat::Type::kInt8
                                         ? static_cast<uint8_t>(q)
                                         : static_cast<uint8_t>(q + 128);
    }
  }
}

}  // namespace kws
