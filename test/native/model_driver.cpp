// Runs kws::Models over lines of hex: the input tensor's bytes in, the output tensor's out. `model
// N` chooses one of kTestModels, `reset` resets its streaming state; `slide` says that the next
// input is the one before, moved on by a hop.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "guarded.h"
#include "test_models.h"

namespace {

unsigned nibble(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

size_t bytes_of(const kws::TensorView& view) {
  return view.count * (view.type == kws::ElementType::kFloat32 ? 4u : 1u);
}

char line[1 << 20];

}  // namespace

int main() {
  for (const kws::Model* model : kTestModels) {
    const kws::ModelStatus status = model->prepare();
    if (!status.ok) {
      std::printf("%s not prepared: %s\n", model->name, status.reason);
      return 1;
    }
  }
  const kws::Model* model = kTestModels[0];
  bool slides = false;
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    if (std::strncmp(line, "model ", 6) == 0) {
      model = kTestModels[std::atoi(line + 6)];
      continue;
    }
    if (std::strncmp(line, "reset", 5) == 0) {
      model->reset();
      continue;
    }
    if (std::strncmp(line, "slide", 5) == 0) {
      slides = true;
      continue;
    }
    const kws::TensorView input = model->input();
    unsigned char* to = static_cast<unsigned char*>(input.data);
    const size_t bytes = bytes_of(input);
    if (std::strlen(line) < 2 * bytes) return 2;
    for (size_t i = 0; i < bytes; ++i) {
      to[i] = static_cast<unsigned char>(nibble(line[2 * i]) << 4 | nibble(line[2 * i + 1]));
    }
    const bool hop = slides && model->advance != nullptr;
    if (!(hop ? model->advance() : model->invoke())) return 3;
    slides = false;
    const kws::TensorView output = model->output();
    const unsigned char* from = static_cast<const unsigned char*>(output.data);
    for (size_t i = 0; i < bytes_of(output); ++i) {
      std::printf("%02x", static_cast<unsigned>(from[i]));
    }
    std::printf(kws_test::guards_hold() ? "\n" : " !outside\n");
  }
  return 0;
}
