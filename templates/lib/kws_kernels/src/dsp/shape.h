// What the calls of a firmware ask of these kernels. The library by itself can do all of it; a
// firmware project has a file of its own in this one's place (src/emit/kernel-shape.ts), so that
// code which none of its calls reaches is not in it. Internal.
#pragma once

namespace kws {
namespace dsp {

// Outputs under their zero point: sums that are not rectified. Of convolutions in threes of pixels
// and depthwise 3x3.
constexpr bool kSignedSums = true;
// Convolutions: rows of the kernel that are no whole words, columns that lie apart.
constexpr bool kRowRests = true;
constexpr bool kDilatedColumns = true;
// Fully connected: whole words that are added at once, others, channels beyond the last four.
constexpr bool kShortRows = true;
constexpr bool kLongRows = true;
constexpr bool kLeftChannels = true;
// Depthwise of any shape: of nine or ten taps, of others.
constexpr bool kTenTaps = true;
constexpr bool kOtherTaps = true;

}  // namespace dsp
}  // namespace kws
