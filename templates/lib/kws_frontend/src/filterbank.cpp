// Bin energies summed into overlapping triangular channels, and their square roots.
#include "fixed_point.h"
#include "stages.h"

namespace kws {
namespace micro {

namespace {

// Binary digit by digit, rounded to nearest; never more than 16 bits, as in the C library.
uint32_t square_root_32(uint32_t x) {
  if (x == 0) return 0;
  uint32_t root = 0;
  for (uint32_t bit = 1u << ((bit_length(x) - 1) & ~1u); bit != 0; bit >>= 2) {
    if (x >= root + bit) {
      x -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return x > root && root != 0xffffu ? root + 1 : root;
}

uint32_t square_root_64(uint64_t x) {
  const uint32_t high = static_cast<uint32_t>(x >> 32);
  if (high == 0) return square_root_32(static_cast<uint32_t>(x));
  uint64_t root = 0;
  for (uint64_t bit = 1ull << (32 + ((bit_length(high) - 1) & ~1u)); bit != 0; bit >>= 2) {
    if (x >= root + bit) {
      x -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return static_cast<uint32_t>(x > root && root != 0xffffffffull ? root + 1 : root);
}

}  // namespace

void channel_amplitudes(const MicroFrontendTables& t, const uint32_t* energies, uint32_t shift,
                        uint32_t* amplitudes) {
  const uint32_t* energy = energies + t.first_bin;
  const int16_t* weight = t.weights;
  const int16_t* unweight = t.unweights;
  uint64_t lower = 0;
  for (uint32_t band = 0; band <= t.channels; band++) {
    uint64_t upper = 0;
    for (const uint32_t* end = energy + t.channel_widths[band]; energy != end; energy++) {
      // Weights are 0...4096.
      lower += static_cast<uint64_t>(*energy) * static_cast<uint16_t>(*weight++);
      upper += static_cast<uint64_t>(*energy) * static_cast<uint16_t>(*unweight++);
    }
    // The channel at the band's lower end is complete; below band 0 there is none.
    if (band > 0) amplitudes[band - 1] = square_root_64(lower) >> shift;
    lower = upper;
  }
}

}  // namespace micro
}  // namespace kws
