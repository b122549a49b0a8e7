// Between the stages of a front end: a build that measures them (KWS_TRACE) is told, others are not
// there.
//
// The names of the stages are in src/proof/stage-names.ts of the generator.
#pragma once

#include <cstdint>

namespace kws {

#ifdef KWS_TRACE
// Told when stage number `stage` of a frame has been computed; nullptr: nobody asks.
extern void (*stage_listener)(uint32_t stage);
inline void stage_done(uint32_t stage) {
  if (stage_listener != nullptr) stage_listener(stage);
}
#else
inline void stage_done(uint32_t) {}
#endif

}  // namespace kws
