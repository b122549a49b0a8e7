// Memory of a generated model between guard bytes, and whether all of them are as they were.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kws_test {

constexpr size_t kGuardBytes = 64;

struct Guards {
  const uint8_t* before;
  const uint8_t* after;
  const Guards* next;
};
inline const Guards* all_guards = nullptr;

template <size_t N>
struct Guarded {
  alignas(16) uint8_t before[kGuardBytes];
  alignas(16) int8_t data[N];
  uint8_t after[kGuardBytes];
  Guards guards;

  Guarded() {
    std::memset(before, 0xa5, sizeof before);
    std::memset(after, 0xa5, sizeof after);
    guards = {before, after, all_guards};
    all_guards = &guards;
  }
};

inline bool guards_hold() {
  for (const Guards* guards = all_guards; guards != nullptr; guards = guards->next) {
    for (size_t i = 0; i < kGuardBytes; ++i) {
      if (guards->before[i] != 0xa5 || guards->after[i] != 0xa5) return false;
    }
  }
  return true;
}

}  // namespace kws_test
