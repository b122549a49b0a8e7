// What the firmware of a project can be asked to do. The library by itself can do all of it; a
// firmware project has a file of its own in this one's place (src/emit/shape.ts), so that code and
// memory which its models and its front end never use are not in it.
#pragma once

#include <cstdint>

namespace kws {

// Models of a firmware, at most.
constexpr uint32_t kMaxModels = 8;
// Without a front end nothing is heard and decided: the host pushes input tensors.
constexpr bool kHasFrontend = true;
// Whether the microphone's rate may be another than the front end's.
constexpr bool kHasResampler = true;
// FeatureFormat::kFrames and FeatureFormat::kInput.
constexpr bool kKeepsFrames = true;
constexpr bool kKeepsInputs = true;
// Inputs that are [channels, frames].
constexpr bool kHasTransposed = true;
// Inputs or outputs that are float.
constexpr bool kHasFloats = true;

}  // namespace kws
