// What front ends without a normalisation over windows share.
#include "kws_frontend/frontend.h"

#include "kws_frontend/stage_done.h"

namespace kws {

#ifdef KWS_TRACE
void (*stage_listener)(uint32_t stage) = nullptr;
#endif

void Frontend::convert_window(const FrameWindow& window, const InputFormat& format, void* to) {
  const uint32_t bytes = channels() * (format.type == InputFormat::Type::kFloat32 ? 4u : 1u);
  for (uint32_t i = 0; i < window.count(); ++i) {
    convert(window.frame(i), format, static_cast<uint8_t*>(to) + i * bytes);
  }
}

}  // namespace kws
