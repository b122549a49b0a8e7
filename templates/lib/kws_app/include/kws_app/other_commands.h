// Commands of another language than the protocol's, on the same serial line.
#pragma once

#include <cstdint>

namespace kws {

struct AppConfig;
class Pipeline;

class OtherCommands {
 public:
  // Once, when the models can run.
  virtual void begin(const AppConfig& config) = 0;
  // A byte of the serial line that is in no frame; true where it ends a command: run() is next.
  virtual bool feed(uint8_t byte) = 0;
  // Nothing is heard from now on, and nothing else computes.
  virtual void run(Pipeline& pipeline) = 0;
  // In every round of the main loop.
  virtual void poll() = 0;

 protected:
  ~OtherCommands() = default;
};

}  // namespace kws
