// Memory with guard bytes around what a kernel may touch, aligned as firmware's memory is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "text.h"

namespace kws_test {

struct Block {
  uint8_t* base = nullptr;   // of the guard before
  uint8_t* data = nullptr;   // what the kernel gets
  size_t bytes = 0;          // of data
  size_t whole = 0;          // with both guards
  uint32_t sum = 0;          // of data as it was given
  bool is_constant = false;  // data must stay as it was
};

constexpr uint8_t kGuardByte = 0xa5;

// `offset` bytes after an address that is a multiple of 16.
Block make_block(size_t bytes, size_t offset);
// The hex digits that follow.
Block read_block(const Io& io, size_t offset);
// The same, placed as firmware places constants: no better aligned than their elements ask for.
Block read_constant(const Io& io);
void free_block(Block& block);

// Whether nothing was written outside, and nothing where it is constant.
bool is_inside(const Block& block);
bool is_unchanged(const Block& block);

}  // namespace kws_test
