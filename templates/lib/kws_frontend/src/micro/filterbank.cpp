// Bin energies summed into overlapping triangular channels, and their square roots.
#include "../dsp.h"
#include "square_root.h"
#include "stages.h"

namespace kws {
namespace micro {

void channel_amplitudes(const MicroFrontendTables& t, const uint32_t* energies, uint32_t shift,
                        uint32_t* amplitudes) {
  const uint32_t* energy = energies + t.first_bin;
  const uint16_t* share = t.shares;
  const uint16_t* width = t.channel_widths;
  uint64_t lower = 0;
  for (const uint32_t* const end = amplitudes + t.channels;; amplitudes++) {
    uint64_t upper = 0;
    const auto add_bin = [&]() KWS_ALWAYS_INLINE {
      lower = dsp::umlal(lower, *energy, share[0]);
      upper = dsp::umlal(upper, *energy++, share[1]);
      share += 2;
    };
    const uint32_t bins = *width++;
    if ((bins & 1u) != 0) add_bin();
    for (const uint32_t* const last = energy + (bins & ~1u); energy != last;) {
      add_bin();
      add_bin();
    }
    // The channel at the band's lower end is complete; below band 0 there is none.
    if (width != t.channel_widths + 1) *(amplitudes - 1) = square_root(lower) >> shift;
    if (amplitudes == end) return;
    lower = upper;
  }
}

}  // namespace micro
}  // namespace kws
