// The operators of the compiled runtime, int8, one function per operator and type.
//
// Specification: src/reference (TypeScript) in the generator, which is bit-exact with TensorFlow
// Lite Micro's reference kernels (double-rounding requantisation). Layouts are NHWC, filters as in
// TensorFlow Lite: conv [co][kh][kw][ci], depthwise [kh][kw][c * multiplier], fully connected
// [out][in]. Parameters are constants computed on the host; nothing is checked here, nothing is
// allocated. Input and output must not overlap, with two exceptions (the same tables as
// src/lowering/in-place.ts and src/plan/overlap.ts in the generator). Where a kernel "may run in
// place", y may begin at the very address of that input. Where it works "by rows" (convolutions and
// pools), rows of y are written in ascending order, and once the first byte of a row is written, no
// row of x before that row's window is read: y may begin so far under x that nothing is overwritten
// too early.
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

// a - b, with the parameters of an addition.
void kws_sub_s8(const AddS8& p, const int8_t* a, const int8_t* b, int8_t* y);

// x, or alpha * x where x is negative; a is x, b is alpha; may run in place over x.
struct PreluS8 {
  Broadcast4 shape;
  int32_t input_offset, alpha_offset, output_offset;
  Requant identity, negative;
};
void kws_prelu_s8(const PreluS8& p, const int8_t* x, const int8_t* alpha, int8_t* y);

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

// The greatest value along the dimensions whose `reduce` is 1.
struct ReduceMaxS8 {
  int32_t dims[4];
  int32_t reduce[4];
};
void kws_reduce_max_s8(const ReduceMaxS8& p, const int8_t* x, int8_t* y);

// Rows and columns put between those of x, or left out: each value of y lies between four of x.
struct ResizeS8 {
  int32_t batches;
  int32_t in_h, in_w, channels;
  int32_t out_h, out_w;
  // Where in x, in 1/1024 of a pixel: 0 to 1024 * (in_h - 1), or (in_w - 1).
  const int32_t* rows;     // [out_h]
  const int32_t* columns;  // [out_w]
};
void kws_resize_s8(const ResizeS8& p, const int8_t* x, int8_t* y);

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

// Dimensions in another order.
struct Transpose4 {
  int32_t out_dims[4];
  int32_t strides[4];  // elements of x to the next index of each dimension of y
};
void kws_transpose_8(const Transpose4& p, const uint8_t* x, uint8_t* y);

// RESHAPE that could not be planned away, READ_VARIABLE, ASSIGN_VARIABLE; x and y may overlap in
// any way.
void kws_copy(int32_t bytes, const void* x, void* y);

// Kernels for cores that multiply one number at a time, chosen in src/lowering/choose.ts of the
// generator, which lays their constants out (src/lowering/scalar/). Zero points of inputs are
// folded into biases. `constants`, [out_c][4]: the model's bias plus the sum of that channel's
// weights times -zero point of x; the multiplier; two more words, by `rounding` (scalar/finish.h).
// `rounding` is 0 where any sums and shifts come; 1 where all shifts are to the right and sums so
// small that nothing overflows with multipliers taken apart (scalar/finish.h says how); 2 where
// also no output under the zero point passes the clamp. `scratch` is memory of the lengths given,
// aligned to 8 bytes, that a kernel may use while it runs.

// A convolution of 1x1, stride 1. Pixels are read three at a time before they are written, from the
// first to the last or, descending, from the last to the first; y may overlap x so that no pixel is
// written over one that is still to be read.
// scratch: 12 * in_c bytes, in_c rounded up to a multiple of 4.
struct Conv1x1S8Scalar {
  int32_t pixels;
  int32_t descending;  // 0 or 1
  int32_t in_c;
  int32_t out_c;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  int32_t rounding;
  // [out_c / 2, rounded up][in_c rounded up to 4][2]: weights of an even channel and of the next
  // one, 128 more than they are.
  const uint8_t* filter;
  const int32_t* constants;
};
void kws_conv_1x1_s8_scalar(const Conv1x1S8Scalar& p, const int8_t* x, int8_t* y, int8_t* scratch);

// As above with kernel_h * kernel_w * in_c inputs per output. Works by rows.
// scratch: 12 bytes per input, inputs rounded up to a multiple of 4.
struct Conv2dS8Scalar {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w, out_c;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t input_zero_point;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  int32_t rounding;
  const uint8_t* filter;
  const int32_t* constants;
};
void kws_conv_2d_s8_scalar(const Conv2dS8Scalar& p, const int8_t* x, int8_t* y, int8_t* scratch);

// Also convolutions with a single output pixel that read their input from end to end.
struct FullyConnectedS8Scalar {
  int32_t batches;
  int32_t in_n, out_n;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  int32_t rounding;
  const uint8_t* filter;     // [out_n / 4, rounded up][in_n][4], 128 more than they are
  const int32_t* constants;  // of channels rounded up to a multiple of 4
};
void kws_fully_connected_s8_scalar(const FullyConnectedS8Scalar& p, const int8_t* x, int8_t* y);

// One channel per channel of the input, an even number of them. Three pixels are computed at a
// time, of as many rows (by rows, the window is that of the first of them). scratch: three pointers
// per tap, and a byte per channel.
struct DepthwiseConv2dS8Scalar {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t input_zero_point;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  int32_t rounding;
  const int16_t* filter;  // [in_c / 2][taps][2]
  const int32_t* constants;
};
void kws_depthwise_conv_2d_s8_scalar(const DepthwiseConv2dS8Scalar& p, const int8_t* x, int8_t* y,
                                     int8_t* scratch);

// Kernels for cores with Arm's DSP extension, chosen in src/lowering/choose.ts of the generator,
// which lays their constants out (src/lowering/dsp/). Zero points of inputs are folded into biases:
// `bias` below is the model's bias plus the sum of that channel's weights times -zero point of x.
// Shifts are to the right, less 1 (0 ... 21), so that y = (sum * multiplier / 2^31) / 2^(shift + 1)
// + zero point, rounded twice. `scratch` is memory of the lengths given, aligned to 8 bytes, that a
// kernel may use while it runs.

// A convolution of 1x1, stride 1. Pixels are read three at a time before they are written, from the
// first to the last or, descending, from the last to the first; y may overlap x so that no pixel is
// written over one that is still to be read.
// scratch: 6 * in_c bytes, in_c rounded up to a multiple of 4.
struct Conv1x1S8Dsp {
  int32_t pixels;
  int32_t descending;  // 0 or 1
  int32_t in_c;
  int32_t out_c;  // even
  int32_t output_offset;
  int32_t activation_min, activation_max;
  // [out_c / 2][in_c rounded up to 4][2]: of an even channel A and the next one, B: A, then B less
  // 1 where A is negative (together 256 * B + A). Inputs in the order 0 2 1 3 of every four.
  const int8_t* filter;
  const int32_t* constants;  // [out_c / 2][4]: bias of A, 256 * bias of B + bias of A, multipliers
  const int8_t* shifts;      // [out_c]
};
void kws_conv_1x1_s8_dsp(const Conv1x1S8Dsp& p, const int8_t* x, int8_t* y, int8_t* scratch);

// As above with kernel_h * kernel_w * in_c inputs per output: first the whole words of each row of
// the kernel (kernel_w * in_c / 4 of them), row after row, then the bytes that rows have beyond.
// Works by rows.
// scratch: 7 bytes per input, inputs rounded up to a multiple of 4; then the bytes beyond whole
// words of all rows, rounded up to a multiple of 4.
struct Conv2dS8Dsp {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w, out_c;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t input_zero_point;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  const int8_t* filter;
  const int32_t* constants;
  const int8_t* shifts;
};
void kws_conv_2d_s8_dsp(const Conv2dS8Dsp& p, const int8_t* x, int8_t* y, int8_t* scratch);

// One channel per channel of the input; channels in fours.
// scratch: 8 bytes per tap, taps rounded up to a multiple of 2, and one per channel.
struct DepthwiseConv2dS8Dsp {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t input_zero_point;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  const int16_t* filter;     // [in_c / 4][taps / 2, rounded up][4][2], doubled
  const int32_t* constants;  // [in_c / 4][2][4]: biases, doubled; multipliers
  const int8_t* shifts;      // [in_c]
};
void kws_depthwise_conv_2d_s8_dsp(const DepthwiseConv2dS8Dsp& p, const int8_t* x, int8_t* y,
                                  int8_t* scratch);

// The same of 3x3 taps, stride 1, without dilation; the second row of every window is inside. Rows
// of y are written two at a time (by rows, the window is that of the first of them). scratch: 32
// bytes per column that a row of y is computed from, out_w + 2.
struct DepthwiseConv3x3S8Dsp {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w;
  int32_t pad_top, pad_left;
  int32_t input_zero_point;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  // [in_c][5]: per column of the window the weights of rows 0, 1, 1 and 2 as bytes; the bias,
  // doubled; the multiplier.
  const int32_t* constants;
  const int8_t* shifts;  // [in_c]
};
void kws_depthwise_conv_3x3_s8_dsp(const DepthwiseConv3x3S8Dsp& p, const int8_t* x, int8_t* y,
                                   int8_t* scratch);

// Also convolutions with a single output pixel that read their input from end to end.
struct FullyConnectedS8Dsp {
  int32_t batches;
  int32_t in_n, out_n;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  // Per four channels A B C D and per four inputs 0 1 2 3 (zeros after the last input): pairs of
  // bytes as above of AB for inputs 0, 2, of CD for 0, 2, of AB for 1, 3, of CD for 1, 3. Then what
  // is left of the channels, one after the other.
  const int8_t* filter;
  const int32_t*
      constants;         // per four channels 4 biases, 4 multipliers; then a bias and a multiplier
  const int8_t* shifts;  // [out_n]
};
void kws_fully_connected_s8_dsp(const FullyConnectedS8Dsp& p, const int8_t* x, int8_t* y);

// Kernels for cores with Helium, chosen and laid out in the same way (src/lowering/helium/ of the
// generator). Zero points of inputs are folded into biases; shifts are 0 or to the right. `scratch`
// as above.

// A convolution of 1x1, stride 1, or a fully connected layer, whose rows are pixels. Pixels are
// read two at a time before they are written, from the first to the last or, descending, from the
// last to the first; y may overlap x so that no pixel is written over one that is still to be read.
// scratch: two pixels (one where there is one), in_c rounded up to a multiple of 16.
struct Conv1x1S8Helium {
  int32_t pixels;
  int32_t descending;  // 0 or 1
  int32_t in_c;
  int32_t out_c;  // a multiple of 4
  int32_t output_offset;
  int32_t activation_min, activation_max;
  const int8_t* filter;      // [out_c / 4][in_c / 16, rounded up][4][16]
  const int32_t* constants;  // [out_c / 4][3][4]: biases, multipliers, shifts as requantize()'s
};
void kws_conv_1x1_s8_helium(const Conv1x1S8Helium& p, const int8_t* x, int8_t* y, int8_t* scratch);

// As above with kernel_h * kernel_w * in_c inputs per output. Works by rows.
// scratch: 2 bytes per input, inputs rounded up to a multiple of 16.
struct Conv2dS8Helium {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w, out_c;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t input_zero_point;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  const int8_t* filter;
  const int32_t* constants;
};
void kws_conv_2d_s8_helium(const Conv2dS8Helium& p, const int8_t* x, int8_t* y, int8_t* scratch);

// One channel per channel of the input; channels in sixteens; no dilation of columns. Works by
// rows. scratch: 16 bytes per tap of a column, and per column that a row of y is computed from,
// (out_w - 1) * stride_w + kernel_w.
struct DepthwiseConv2dS8Helium {
  int32_t batches;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t input_zero_point;
  int32_t output_offset;
  int32_t activation_min, activation_max;
  // [in_c / 16][taps, rounded up to 2][16], taps by columns of the window, none of them -128.
  const int8_t* filter;
  // [in_c / 16][3][16]: biases, multipliers, shifts, each of channels 0 4 8 12, 2 6 10 14, 1 5 9
  // 13, 3 7 11 15.
  const int32_t* constants;
};
void kws_depthwise_conv_2d_s8_helium(const DepthwiseConv2dS8Helium& p, const int8_t* x, int8_t* y,
                                     int8_t* scratch);

}  // namespace kws
