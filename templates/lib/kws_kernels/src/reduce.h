// The loops of the operators that reduce some of four dimensions.
#pragma once

#include <cstdint>

namespace kws {

struct Extents {
  int32_t kept[4];     // size where a dimension stays, else 1
  int32_t reduced[4];  // size where it is reduced, else 1
  int32_t strides[4];
};

inline Extents extents_of(const int32_t (&dims)[4], const int32_t (&reduce)[4]) {
  Extents e{};
  int32_t stride = 1;
  for (int axis = 3; axis >= 0; --axis) {
    const bool reduced = reduce[axis] != 0;
    e.kept[axis] = reduced ? 1 : dims[axis];
    e.reduced[axis] = reduced ? dims[axis] : 1;
    e.strides[axis] = stride;
    stride *= dims[axis];
  }
  return e;
}

// `into` takes every element that one output is made of, in order.
template <typename F>
inline void over_reduced(const Extents& e, const int8_t* x, F into) {
  for (int32_t i = 0; i < e.reduced[0]; ++i) {
    for (int32_t j = 0; j < e.reduced[1]; ++j) {
      for (int32_t k = 0; k < e.reduced[2]; ++k) {
        const int8_t* row = x + (i * e.strides[0] + j * e.strides[1] + k * e.strides[2]);
        for (int32_t l = 0; l < e.reduced[3]; ++l) into(row[l]);
      }
    }
  }
}

// `output` makes an output of the place of its first element.
template <typename F>
inline void over_kept(const Extents& e, const int8_t* x, int8_t* y, F output) {
  for (int32_t i = 0; i < e.kept[0]; ++i) {
    for (int32_t j = 0; j < e.kept[1]; ++j) {
      for (int32_t k = 0; k < e.kept[2]; ++k) {
        const int8_t* row = x + (i * e.strides[0] + j * e.strides[1] + k * e.strides[2]);
        for (int32_t l = 0; l < e.kept[3]; ++l) *y++ = output(row + l);
      }
    }
  }
}

}  // namespace kws
