// What happens on a detection beside its line.
#pragma once

#include <cstdint>

namespace kws {

// Numbers are those of AppConfig::models and of its labels.
class Actions {
 public:
  // Once, when the board runs.
  virtual void begin() = 0;
  virtual void on_detection(uint32_t model, uint32_t label) = 0;
  // In every round of the main loop.
  virtual void poll() = 0;

 protected:
  ~Actions() = default;
};

}  // namespace kws
