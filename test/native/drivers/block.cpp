#include "block.h"

#include <cstdlib>
#include <cstring>

namespace kws_test {
namespace {

constexpr size_t kAlignment = 16;

// Under AddressSanitizer memory is as long as it is said to be, so that reads outside are seen,
// too.
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kGuard = 0;
#else
constexpr size_t kGuard = 64;
#endif

int nibble(int c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// FNV-1a.
uint32_t checksum(const uint8_t* data, size_t bytes) {
  uint32_t sum = 2166136261u;
  for (size_t i = 0; i < bytes; ++i) sum = (sum ^ data[i]) * 16777619u;
  return sum;
}

bool is_guard(const uint8_t* from, const uint8_t* to) {
  for (; from != to; ++from) {
    if (*from != kGuardByte) return false;
  }
  return true;
}

}  // namespace

Block make_block(size_t bytes, size_t offset) {
  Block made;
  // malloc may align for less than we want.
  const size_t slack = kGuard == 0 ? offset : kGuard + kAlignment + offset;
  made.whole = slack + bytes + kGuard;
  made.base = static_cast<uint8_t*>(std::malloc(made.whole == 0 ? 1 : made.whole));
  if (made.base == nullptr) std::abort();
  std::memset(made.base, kGuardByte, made.whole);
  made.data = made.base + offset;
  if (kGuard != 0) {
    const size_t past = reinterpret_cast<uintptr_t>(made.base + kGuard) % kAlignment;
    made.data += kGuard + (past == 0 ? 0 : kAlignment - past);
  }
  made.bytes = bytes;
  return made;
}

Block read_block(const Io& io, size_t offset) {
  size_t capacity = 64;
  size_t size = 0;
  auto* bytes = static_cast<uint8_t*>(std::malloc(capacity));
  for (int c = io.get(); c > ' '; c = io.get()) {
    if (size == capacity) bytes = static_cast<uint8_t*>(std::realloc(bytes, capacity *= 2));
    if (bytes == nullptr) std::abort();
    const int low = io.get();
    bytes[size++] = static_cast<uint8_t>(nibble(c) * 16 + nibble(low));
  }
  Block made = make_block(size, offset);
  std::memcpy(made.data, bytes, size);
  std::free(bytes);
  made.sum = checksum(made.data, size);
  made.is_constant = true;
  return made;
}

Block read_constant(const Io& io) {
  Block made = read_block(io, 0);
  if (kGuard == 0 || made.bytes >= 64) return made;
  std::memmove(made.data + 4, made.data, made.bytes);
  std::memset(made.data, kGuardByte, 4);
  made.data += 4;
  return made;
}

void free_block(Block& block) {
  std::free(block.base);
  block = Block{};
}

bool is_inside(const Block& block) {
  return is_guard(block.base, block.data) &&
         is_guard(block.data + block.bytes, block.base + block.whole);
}

bool is_unchanged(const Block& block) {
  return !block.is_constant || checksum(block.data, block.bytes) == block.sum;
}

}  // namespace kws_test
