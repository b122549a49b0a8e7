#include "kernel_rows.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "kws_kernels/kws_kernels.h"

namespace kws_test {
namespace {

constexpr int kMaxBlobs = 64;
constexpr int kMaxToken = 63;

// One row being read: tokens from the stream, memory that lives until the row is done.
class Row {
 public:
  explicit Row(const Io& io) : io_(io) {}
  ~Row() {
    for (int i = 0; i < blobs_; ++i) std::free(blob_[i]);
  }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  // The next token; false at the end of the input.
  bool word(char (&token)[kMaxToken + 1]) {
    int c = skip_spaces();
    if (c < 0) return false;
    int length = 0;
    for (; c > ' '; c = io_.get()) {
      if (length < kMaxToken) token[length++] = static_cast<char>(c);
    }
    token[length] = '\0';
    return true;
  }

  int32_t i32() {
    char token[kMaxToken + 1] = "";
    word(token);
    return static_cast<int32_t>(std::strtol(token, nullptr, 10));
  }

  float f32() {
    char token[kMaxToken + 1] = "";
    word(token);
    const auto bits = static_cast<uint32_t>(std::strtoul(token + 1, nullptr, 16));
    float value = 0.0f;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

  void four(int32_t (&values)[4]) {
    for (int32_t& value : values) value = i32();
  }

  kws::Requant requant() {
    const int32_t multiplier = i32();
    return {multiplier, i32()};
  }

  // An array; its memory is exactly as long as its bytes, so that sanitizers see every step
  // outside.
  void* blob() {
    int c = skip_spaces();
    if (c == '-') return nullptr;
    size_t capacity = 64;
    size_t size = 0;
    auto* bytes = static_cast<uint8_t*>(std::malloc(capacity));
    for (c = io_.get(); c > ' '; c = io_.get()) {
      if (size == capacity) bytes = static_cast<uint8_t*>(std::realloc(bytes, capacity *= 2));
      const int low = io_.get();
      bytes[size++] = static_cast<uint8_t>(nibble(c) * 16 + nibble(low));
    }
    return keep(std::realloc(bytes, size == 0 ? 1 : size));
  }

  template <typename T>
  T* array() {
    return static_cast<T*>(blob());
  }

  void* room(size_t bytes) {
    void* memory = keep(std::malloc(bytes == 0 ? 1 : bytes));
    std::memset(memory, 0xa5, bytes);
    return memory;
  }

  void answer(const void* memory, int32_t bytes) {
    static const char kDigits[] = "0123456789abcdef";
    const auto* byte = static_cast<const uint8_t*>(memory);
    for (int32_t i = 0; i < bytes; ++i) {
      io_.put(kDigits[byte[i] >> 4]);
      io_.put(kDigits[byte[i] & 15]);
    }
    io_.put(' ');
  }

 private:
  int skip_spaces() {
    int c = io_.get();
    while (c >= 0 && c <= ' ') c = io_.get();
    return c;
  }

  static int nibble(int c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

  void* keep(void* memory) {
    if (memory == nullptr || blobs_ == kMaxBlobs) std::abort();
    blob_[blobs_++] = memory;
    return memory;
  }

  const Io& io_;
  void* blob_[kMaxBlobs];
  int blobs_ = 0;
};

// Reads one output's length, calls `run` with the output's memory, answers.
template <typename Y, typename X, typename Run>
void unary(Row& row, int32_t alias, Run run) {
  X* x = row.array<X>();
  const int32_t bytes = row.i32();
  void* y = alias == 0 ? static_cast<void*>(x) : row.room(static_cast<size_t>(bytes));
  run(static_cast<const X*>(x), static_cast<Y*>(y));
  row.answer(y, bytes);
}

template <typename Run>
void binary(Row& row, int32_t alias, Run run) {
  auto* a = row.array<int8_t>();
  auto* b = row.array<int8_t>();
  const int32_t bytes = row.i32();
  int8_t* y = alias == 0   ? a
              : alias == 1 ? b
                           : static_cast<int8_t*>(row.room(static_cast<size_t>(bytes)));
  run(a, b, y);
  row.answer(y, bytes);
}

template <typename Params>
void read_weights(Row& row, Params& p) {
  p.filter = row.array<int8_t>();
  p.bias = row.array<int32_t>();
  p.multipliers = row.array<int32_t>();
  p.shifts = row.array<int8_t>();
}

void conv_2d(Row& row, int32_t alias) {
  kws::Conv2dS8 p{};
  for (int32_t* field :
       {&p.batches, &p.in_h, &p.in_w, &p.in_c, &p.out_h, &p.out_w, &p.out_c, &p.kernel_h,
        &p.kernel_w, &p.stride_h, &p.stride_w, &p.dilation_h, &p.dilation_w, &p.pad_top,
        &p.pad_left, &p.input_offset, &p.output_offset, &p.activation_min, &p.activation_max})
    *field = row.i32();
  read_weights(row, p);
  unary<int8_t, int8_t>(row, alias, [&](auto* x, auto* y) { kws::kws_conv_2d_s8(p, x, y); });
}

void depthwise_conv_2d(Row& row, int32_t alias) {
  kws::DepthwiseConv2dS8 p{};
  for (int32_t* field :
       {&p.batches, &p.in_h, &p.in_w, &p.in_c, &p.out_h, &p.out_w, &p.multiplier, &p.kernel_h,
        &p.kernel_w, &p.stride_h, &p.stride_w, &p.dilation_h, &p.dilation_w, &p.pad_top,
        &p.pad_left, &p.input_offset, &p.output_offset, &p.activation_min, &p.activation_max})
    *field = row.i32();
  read_weights(row, p);
  unary<int8_t, int8_t>(row, alias,
                        [&](auto* x, auto* y) { kws::kws_depthwise_conv_2d_s8(p, x, y); });
}

void fully_connected(Row& row, int32_t alias) {
  kws::FullyConnectedS8 p{};
  for (int32_t* field : {&p.batches, &p.in_n, &p.out_n, &p.input_offset, &p.filter_offset,
                         &p.output_offset, &p.activation_min, &p.activation_max})
    *field = row.i32();
  read_weights(row, p);
  unary<int8_t, int8_t>(row, alias,
                        [&](auto* x, auto* y) { kws::kws_fully_connected_s8(p, x, y); });
}

kws::Pool2dS8 read_pool(Row& row) {
  kws::Pool2dS8 p{};
  for (int32_t* field :
       {&p.batches, &p.in_h, &p.in_w, &p.channels, &p.out_h, &p.out_w, &p.filter_h, &p.filter_w,
        &p.stride_h, &p.stride_w, &p.pad_top, &p.pad_left, &p.activation_min, &p.activation_max})
    *field = row.i32();
  return p;
}

void average_pool_2d(Row& row, int32_t alias) {
  const kws::Pool2dS8 p = read_pool(row);
  unary<int8_t, int8_t>(row, alias,
                        [&](auto* x, auto* y) { kws::kws_average_pool_2d_s8(p, x, y); });
}

void max_pool_2d(Row& row, int32_t alias) {
  const kws::Pool2dS8 p = read_pool(row);
  unary<int8_t, int8_t>(row, alias, [&](auto* x, auto* y) { kws::kws_max_pool_2d_s8(p, x, y); });
}

void lookup(Row& row, int32_t alias) {
  const auto* table = row.array<int8_t>();
  const int32_t count = row.i32();
  unary<int8_t, int8_t>(row, alias,
                        [&](auto* x, auto* y) { kws::kws_lookup_s8(table, count, x, y); });
}

void softmax(Row& row, int32_t alias) {
  kws::SoftmaxS8 p{};
  for (int32_t* field : {&p.rows, &p.depth, &p.input_multiplier, &p.input_left_shift, &p.diff_min})
    *field = row.i32();
  unary<int8_t, int8_t>(row, alias, [&](auto* x, auto* y) { kws::kws_softmax_s8(p, x, y); });
}

void read_shape(Row& row, kws::Broadcast4& shape) {
  row.four(shape.dims);
  row.four(shape.a_strides);
  row.four(shape.b_strides);
}

void add(Row& row, int32_t alias) {
  kws::AddS8 p{};
  read_shape(row, p.shape);
  for (int32_t* field : {&p.left_shift, &p.a_offset, &p.b_offset, &p.output_offset})
    *field = row.i32();
  for (kws::Requant* field : {&p.a, &p.b, &p.output}) *field = row.requant();
  for (int32_t* field : {&p.activation_min, &p.activation_max}) *field = row.i32();
  binary(row, alias,
         [&](const int8_t* a, const int8_t* b, int8_t* y) { kws::kws_add_s8(p, a, b, y); });
}

void mul(Row& row, int32_t alias) {
  kws::MulS8 p{};
  read_shape(row, p.shape);
  for (int32_t* field : {&p.a_offset, &p.b_offset, &p.output_offset}) *field = row.i32();
  p.output = row.requant();
  for (int32_t* field : {&p.activation_min, &p.activation_max}) *field = row.i32();
  binary(row, alias,
         [&](const int8_t* a, const int8_t* b, int8_t* y) { kws::kws_mul_s8(p, a, b, y); });
}

void mean(Row& row, int32_t alias) {
  kws::MeanS8 p{};
  row.four(p.dims);
  row.four(p.reduce);
  p.input_offset_times_count = row.i32();
  p.output_offset = row.i32();
  p.output = row.requant();
  unary<int8_t, int8_t>(row, alias, [&](auto* x, auto* y) { kws::kws_mean_s8(p, x, y); });
}

void pad(Row& row, int32_t alias) {
  kws::Pad4 p{};
  row.four(p.in_dims);
  row.four(p.before);
  row.four(p.after);
  const auto value = static_cast<uint8_t>(row.i32());
  unary<uint8_t, uint8_t>(row, alias, [&](auto* x, auto* y) { kws::kws_pad_8(p, value, x, y); });
}

template <typename X, typename Y, void (*Kernel)(const kws::Requantize&, const X*, Y*)>
void requantize(Row& row, int32_t alias) {
  kws::Requantize p{};
  for (int32_t* field : {&p.count, &p.input_zero_point, &p.output_zero_point}) *field = row.i32();
  p.output = row.requant();
  unary<Y, X>(row, alias, [&](auto* x, auto* y) { Kernel(p, x, y); });
}

template <typename X, typename Y, void (*Kernel)(const kws::Affine&, const X*, Y*)>
void affine(Row& row, int32_t alias) {
  kws::Affine p{};
  p.count = row.i32();
  p.scale = row.f32();
  p.zero_point = row.i32();
  unary<Y, X>(row, alias, [&](auto* x, auto* y) { Kernel(p, x, y); });
}

// The parts of a concatenation or split; `whole` bytes in all.
struct Parts {
  int32_t outer;
  int32_t count;
  int32_t bytes[kMaxBlobs / 2];
};

Parts read_parts(Row& row) {
  Parts parts{};
  parts.outer = row.i32();
  parts.count = row.i32();
  for (int32_t i = 0; i < parts.count; ++i) parts.bytes[i] = row.i32();
  return parts;
}

void concat(Row& row, int32_t alias) {
  const Parts parts = read_parts(row);
  const void* x[kMaxBlobs / 2];
  for (int32_t i = 0; i < parts.count; ++i) x[i] = row.blob();
  const int32_t bytes = row.i32();
  void* y = row.room(static_cast<size_t>(bytes));
  if (alias == 0) {
    // The first input lies at the head of the output.
    std::memcpy(y, x[0], static_cast<size_t>(parts.bytes[0]));
    x[0] = y;
  }
  kws::kws_concat(parts.outer, parts.count, parts.bytes, x, y);
  row.answer(y, bytes);
}

void split(Row& row, int32_t alias) {
  const Parts parts = read_parts(row);
  void* x = row.blob();
  void* y[kMaxBlobs / 2];
  int32_t bytes[kMaxBlobs / 2];
  for (int32_t i = 0; i < parts.count; ++i) {
    bytes[i] = row.i32();
    // The first output lies at the head of the input.
    y[i] = alias == 0 && i == 0 ? x : row.room(static_cast<size_t>(bytes[i]));
  }
  kws::kws_split(parts.outer, parts.count, parts.bytes, x, y);
  for (int32_t i = 0; i < parts.count; ++i) row.answer(y[i], bytes[i]);
}

void strided_slice(Row& row, int32_t alias) {
  kws::StridedSlice4 p{};
  row.four(p.in_dims);
  row.four(p.begin);
  row.four(p.stride);
  row.four(p.out_dims);
  unary<uint8_t, uint8_t>(row, alias, [&](auto* x, auto* y) { kws::kws_strided_slice_8(p, x, y); });
}

void copy(Row& row, int32_t alias) {
  const int32_t bytes = row.i32();
  unary<uint8_t, uint8_t>(row, alias, [&](auto* x, auto* y) { kws::kws_copy(bytes, x, y); });
}

struct Entry {
  const char* name;
  void (*run)(Row&, int32_t);
};

constexpr Entry kKernels[] = {
    {"conv_2d_s8", conv_2d},
    {"depthwise_conv_2d_s8", depthwise_conv_2d},
    {"fully_connected_s8", fully_connected},
    {"average_pool_2d_s8", average_pool_2d},
    {"max_pool_2d_s8", max_pool_2d},
    {"lookup_s8", lookup},
    {"softmax_s8", softmax},
    {"add_s8", add},
    {"mul_s8", mul},
    {"mean_s8", mean},
    {"pad_8", pad},
    {"requantize_s8_s8", requantize<int8_t, int8_t, kws::kws_requantize_s8_s8>},
    {"requantize_s8_u8", requantize<int8_t, uint8_t, kws::kws_requantize_s8_u8>},
    {"requantize_u8_s8", requantize<uint8_t, int8_t, kws::kws_requantize_u8_s8>},
    {"quantize_f32_s8", affine<float, int8_t, kws::kws_quantize_f32_s8>},
    {"quantize_f32_u8", affine<float, uint8_t, kws::kws_quantize_f32_u8>},
    {"dequantize_s8_f32", affine<int8_t, float, kws::kws_dequantize_s8_f32>},
    {"dequantize_u8_f32", affine<uint8_t, float, kws::kws_dequantize_u8_f32>},
    {"concat", concat},
    {"split", split},
    {"strided_slice_8", strided_slice},
    {"copy", copy},
};

}  // namespace

void run_kernel_rows(const Io& io) {
  char name[kMaxToken + 1];
  for (;;) {
    Row row(io);
    if (!row.word(name)) return;
    const Entry* found = nullptr;
    for (const Entry& entry : kKernels) {
      if (std::strcmp(entry.name, name) == 0) found = &entry;
    }
    if (found == nullptr) {
      io.put('?');
      io.put('\n');
      return;
    }
    found->run(row, row.i32());
    io.put('\n');
  }
}

}  // namespace kws_test
