// Streaming state whose window moves on through memory instead of its contents moving back
// (src/plan/rings.ts in the generator).
#pragma once

#include <cstdint>

namespace kws {

// The window of `kept + shift` bytes at `at`, inside `capacity` bytes at `memory`, moves on by
// `shift`. Where the end is reached, the `kept` bytes that are still needed go to the front first.
// Returns where the window is then.
int8_t* advance_ring(int8_t* memory, int32_t capacity, int32_t kept, int32_t shift, int8_t* at);

}  // namespace kws
