// The operators of the compiled runtime, int8, one function per operator and type.
//
// Specification: src/reference (TypeScript) in the generator, which is bit-exact with TensorFlow
// Lite Micro's reference kernels (double-rounding requantisation). Layouts are NHWC, filters as in
// TensorFlow Lite: conv [co][kh][kw][ci], depthwise [kh][kw][c * multiplier], fully connected
// [out][in]. Parameters are constants computed on the host; nothing is checked here, nothing is
// allocated. Input and output must not overlap, unless a kernel "may run in place": then y may
// begin at the very address of that input (the same table as src/kernels/in-place.ts in the
// generator).
#pragma once

#include <cstddef>
#include <cstdint>

namespace kws {

// real multiplier = multiplier * 2^(shift - 31); shift > 0 is a left shift.
struct Requant {
  int32_t multiplier;
  int32_t shift;
};

struct Conv2dS8 {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w, out_c;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t input_offset;   // -zero point of x
  int32_t output_offset;  // zero point of y
  int32_t activation_min, activation_max;
  const int8_t* filter;        // [out_c][kernel_h][kernel_w][in_c]
  const int32_t* bias;         // [out_c] or nullptr
  const int32_t* multipliers;  // [out_c]
  const int8_t* shifts;        // [out_c]
};
void kws_conv_2d_s8(const Conv2dS8& p, const int8_t* x, int8_t* y);

struct DepthwiseConv2dS8 {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w;
  int32_t multiplier;  // depth multiplier: out_c = in_c * multiplier
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t input_offset;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  const int8_t* filter;        // [kernel_h][kernel_w][out_c]
  const int32_t* bias;         // [out_c] or nullptr
  const int32_t* multipliers;  // [out_c]
  const int8_t* shifts;        // [out_c]
};
void kws_depthwise_conv_2d_s8(const DepthwiseConv2dS8& p, const int8_t* x, int8_t* y);

struct FullyConnectedS8 {
  int32_t batches;
  int32_t in_n, out_n;
  int32_t input_offset;
  int32_t filter_offset;  // -zero point of the filter (0 unless the file says otherwise)
  int32_t output_offset;
  int32_t activation_min, activation_max;
  const int8_t* filter;        // [out_n][in_n]
  const int32_t* bias;         // [out_n] or nullptr
  const int32_t* multipliers;  // [out_n]: per channel; a per-tensor filter repeats its one value
  const int8_t* shifts;        // [out_n]
};
void kws_fully_connected_s8(const FullyConnectedS8& p, const int8_t* x, int8_t* y);

struct Pool2dS8 {
  int32_t batches;
  int32_t in_h, in_w, channels;
  int32_t out_h, out_w;
  int32_t filter_h, filter_w;
  int32_t stride_h, stride_w;
  int32_t pad_top, pad_left;
  int32_t activation_min, activation_max;
};
void kws_average_pool_2d_s8(const Pool2dS8& p, const int8_t* x, int8_t* y);
void kws_max_pool_2d_s8(const Pool2dS8& p, const int8_t* x, int8_t* y);

// y[i] = table[uint8(x[i])]: LOGISTIC, TANH and other functions of one int8 value; may run in
// place.
void kws_lookup_s8(const int8_t* table256, int32_t count, const int8_t* x, int8_t* y);

// Over rows of at most 4095 elements; may run in place.
struct SoftmaxS8 {
  int32_t rows, depth;
  int32_t input_multiplier, input_left_shift;
  int32_t diff_min;
};
void kws_softmax_s8(const SoftmaxS8& p, const int8_t* x, int8_t* y);

// Broadcasting element-wise operators over up to four dimensions; may run in place over an input
// that is not broadcast.
struct Broadcast4 {
  int32_t dims[4];       // output shape
  int32_t a_strides[4];  // 0 along a broadcast dimension
  int32_t b_strides[4];
};
struct AddS8 {
  Broadcast4 shape;
  int32_t left_shift;
  int32_t a_offset, b_offset, output_offset;
  Requant a, b, output;
  int32_t activation_min, activation_max;
};
void kws_add_s8(const AddS8& p, const int8_t* a, const int8_t* b, int8_t* y);

struct MulS8 {
  Broadcast4 shape;
  int32_t a_offset, b_offset, output_offset;
  Requant output;
  int32_t activation_min, activation_max;
};
void kws_mul_s8(const MulS8& p, const int8_t* a, const int8_t* b, int8_t* y);

// Mean over the dimensions whose `reduce` is 1; 1/n is folded into the multiplier.
struct MeanS8 {
  int32_t dims[4];
  int32_t reduce[4];
  int32_t input_offset_times_count;  // -zero point of x * n
  int32_t output_offset;
  Requant output;
};
void kws_mean_s8(const MeanS8& p, const int8_t* x, int8_t* y);

struct Pad4 {
  int32_t in_dims[4];
  int32_t before[4];
  int32_t after[4];
};
void kws_pad_8(const Pad4& p, uint8_t value, const uint8_t* x, uint8_t* y);

// int8/uint8 to int8/uint8: y = clamp(requant(x - zero point of x) + zero point of y); may run
// in place.
struct Requantize {
  int32_t count;
  int32_t input_zero_point, output_zero_point;
  Requant output;
};
void kws_requantize_s8_s8(const Requantize& p, const int8_t* x, int8_t* y);
void kws_requantize_s8_u8(const Requantize& p, const int8_t* x, uint8_t* y);
void kws_requantize_u8_s8(const Requantize& p, const uint8_t* x, int8_t* y);

// To float and back. Not-a-number becomes the zero point; from float may run in place.
struct Affine {
  int32_t count;
  float scale;
  int32_t zero_point;
};
void kws_quantize_f32_s8(const Affine& p, const float* x, int8_t* y);
void kws_quantize_f32_u8(const Affine& p, const float* x, uint8_t* y);
void kws_dequantize_s8_f32(const Affine& p, const int8_t* x, float* y);
void kws_dequantize_u8_f32(const Affine& p, const uint8_t* x, float* y);

// `outer` rows; row r of y is row r of each input in turn; `bytes[i]` is the length of a row of
// input i. With one row, inputs may already lie at their places in y.
void kws_concat(int32_t outer, int32_t inputs, const int32_t* bytes, const void* const* x, void* y);
// The reverse: row r of x is cut into rows of the outputs. With one row, outputs may lie at their
// places in x.
void kws_split(int32_t outer, int32_t outputs, const int32_t* bytes, const void* x, void* const* y);

// May run in place where no stride is negative.
struct StridedSlice4 {
  int32_t in_dims[4];
  int32_t begin[4];
  int32_t stride[4];    // negative: backwards
  int32_t out_dims[4];  // elements taken per dimension
};
void kws_strided_slice_8(const StridedSlice4& p, const uint8_t* x, uint8_t* y);

// RESHAPE that could not be planned away, READ_VARIABLE, ASSIGN_VARIABLE; x and y may overlap in
// any way.
void kws_copy(int32_t bytes, const void* x, void* y);

}  // namespace kws
