// The taps of a sliding window that fall inside the input, along one axis.
#pragma once

#include <cstdint>

namespace kws {

struct Taps {
  int32_t first;  // taps first … end - 1 are inside
  int32_t end;
};

// Where a window stands: the input's indices of its first tap, and its rows that are inside.
struct WindowAt {
  int32_t y, x;
  Taps rows;
};

// origin: input index of tap 0, may be negative; size: taps; inputs: length of the axis.
inline Taps taps_inside(int32_t origin, int32_t size, int32_t dilation, int32_t inputs) {
  Taps taps{0, size};
  if (origin < 0) taps.first = (-origin + dilation - 1) / dilation;
  const int32_t room = inputs - origin;
  if (room < (size - 1) * dilation + 1) taps.end = room <= 0 ? 0 : (room + dilation - 1) / dilation;
  // Dilated taps can straddle a short input: then none is inside.
  if (taps.first >= taps.end) taps = Taps{0, 0};
  return taps;
}

}  // namespace kws
