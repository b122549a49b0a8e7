// Features in the integers of a model's input.
#include "stages.h"

namespace kws {
namespace spectral {

namespace {

constexpr float kBeyond = 1024.0f;  // further from 0 than any quantized value and zero point

// To the nearest whole number, halves away from zero.
inline int32_t round_away(float v) {
  const int32_t whole = static_cast<int32_t>(v);
  const float rest = v - static_cast<float>(whole);
  return whole + (rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0);
}

}  // namespace

void store_input(const InputFormat& format, float v, void* to, uint32_t index) {
  if (format.type == InputFormat::Type::kFloat32) {
    static_cast<float*>(to)[index] = v;
    return;
  }
  float scaled = v * format.inverse_scale;
  if (scaled > kBeyond) scaled = kBeyond;
  if (scaled < -kBeyond) scaled = -kBeyond;
  int32_t q = round_away(scaled) + format.zero_point;
  if (q < -128) q = -128;
  if (q > 127) q = 127;
  static_cast<uint8_t*>(to)[index] =
      static_cast<uint8_t>(format.type == InputFormat::Type::kInt8 ? q : q + 128);
}

}  // namespace spectral
}  // namespace kws
