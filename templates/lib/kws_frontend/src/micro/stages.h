// The stages of the micro-frontend, one source file each, in the order they run. Internal.
#pragma once

#include <cstdint>

#include "kws_frontend/micro_frontend.h"

namespace kws {
namespace micro {

// samples [window_size] times the window, as complex pairs (even sample, odd sample) in the order
// the FFT wants them, [fft_size / 2], zero-padded. Returns the left shift that fills 16 bits,
// 0...15.
uint32_t apply_window(const MicroFrontendTables& t, const int16_t* samples, uint32_t* pairs);

// In place: pairs << shift to the complex FFT, then to the energies of the real spectrum's bins
// first_split...fft_size / 2 - first_split (the other entries are left over).
void fft_energies(const MicroFrontendTables& t, uint32_t shift, uint32_t* spectrum);

// amplitudes [channels] = sqrt(weighted sums of energies) >> shift.
void channel_amplitudes(const MicroFrontendTables& t, const uint32_t* energies, uint32_t shift,
                        uint32_t* amplitudes);

// signal [channels] less its noise estimate, which is updated.
void reduce_noise(const MicroFrontendTables& t, uint32_t* signal, uint32_t* noise);

// signal [channels] times a gain that falls with the noise estimate, then a soft threshold.
void normalize_gain(const MicroFrontendTables& t, uint32_t* signal, const uint32_t* noise);

// frame [channels] = ln(signal << correction_bits) * 2^log_scale_bits.
void scaled_logarithms(const MicroFrontendTables& t, const uint32_t* signal, uint16_t* frame);

// frame [channels] = signal, at most 65535.
void plain_values(const MicroFrontendTables& t, const uint32_t* signal, uint16_t* frame);

}  // namespace micro
}  // namespace kws
