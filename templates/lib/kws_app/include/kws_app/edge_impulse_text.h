// Scores as Edge Impulse's firmware prints them, for scripts that read its run-impulse: a line with
// times, and one per label with its probability, not smoothed.
#pragma once

#include <cstdint>

#include "kws_app/score_text.h"
#include "kws_app/shape.h"

namespace kws {

class EdgeImpulseText final : public ScoreText {
 public:
  void on_score(const AppConfig& config, const Pipeline& pipeline, uint32_t model,
                const TensorView& output) override;

 private:
  // Ticks up to which times were told.
  uint64_t frontend_told_ = 0;
  uint64_t model_told_[kMaxModels] = {};
};

}  // namespace kws
