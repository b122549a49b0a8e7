// Compiled as fast as kernels are: a model's own file may be compiled for size.
#include "kws_kernels/ring.h"

#include <cstring>

namespace kws {

int8_t* advance_ring(int8_t* memory, int32_t capacity, int32_t kept, int32_t shift, int8_t* at) {
  at += shift;
  if ((at - memory) + kept + shift <= capacity) return at;
  // Forwards, and by words: some C libraries' memmove goes byte by byte. `memory` is before `at`;
  // they may overlap, as every block is read before it is written.
  int32_t i = 0;
  for (; i + 16 <= kept; i += 16) {
    uint32_t words[4];
    std::memcpy(words, at + i, sizeof words);
    std::memcpy(memory + i, words, sizeof words);
  }
  for (; i < kept; ++i) memory[i] = at[i];
  return memory;
}

}  // namespace kws
