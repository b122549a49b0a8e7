#include "kws_kernels/kws_kernels.h"
#include "requant.h"

namespace kws {
namespace {

struct Extents {
  int32_t kept[4];     // size where a dimension stays, else 1
  int32_t reduced[4];  // size where it is averaged away, else 1
  int32_t strides[4];
};

Extents extents_of(const MeanS8& p) {
  Extents e{};
  int32_t stride = 1;
  for (int axis = 3; axis >= 0; --axis) {
    const bool reduce = p.reduce[axis] != 0;
    e.kept[axis] = reduce ? 1 : p.dims[axis];
    e.reduced[axis] = reduce ? p.dims[axis] : 1;
    e.strides[axis] = stride;
    stride *= p.dims[axis];
  }
  return e;
}

int32_t sum_reduced(const Extents& e, const int8_t* x) {
  int32_t sum = 0;
  for (int32_t i = 0; i < e.reduced[0]; ++i) {
    for (int32_t j = 0; j < e.reduced[1]; ++j) {
      for (int32_t k = 0; k < e.reduced[2]; ++k) {
        const int8_t* row = x + (i * e.strides[0] + j * e.strides[1] + k * e.strides[2]);
        for (int32_t l = 0; l < e.reduced[3]; ++l) sum += row[l];
      }
    }
  }
  return sum;
}

}  // namespace

void kws_mean_s8(const MeanS8& p, const int8_t* x, int8_t* y) {
  const Extents e = extents_of(p);
  for (int32_t i = 0; i < e.kept[0]; ++i) {
    for (int32_t j = 0; j < e.kept[1]; ++j) {
      for (int32_t k = 0; k < e.kept[2]; ++k) {
        const int8_t* row = x + (i * e.strides[0] + j * e.strides[1] + k * e.strides[2]);
        for (int32_t l = 0; l < e.kept[3]; ++l) {
          const int32_t sum = sum_reduced(e, row + l) + p.input_offset_times_count;
          const int32_t mean = wrapping_add(requantize(sum, p.output), p.output_offset);
          *y++ = static_cast<int8_t>(clamp(mean, INT8_MIN, INT8_MAX));
        }
      }
    }
  }
}

}  // namespace kws
