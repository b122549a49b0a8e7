// Scores as text that other tools read, beside the protocol's lines.
#pragma once

#include <cstdint>

#include "kws_model/kws_model.h"

namespace kws {

struct AppConfig;
class Pipeline;

class ScoreText {
 public:
  // After a model's line `score`.
  virtual void on_score(const AppConfig& config, const Pipeline& pipeline, uint32_t model,
                        const TensorView& output) = 0;

 protected:
  ~ScoreText() = default;
};

}  // namespace kws
