/**
 * The numbers of the integer micro-frontend that both of its users, micro_speech and microWakeWord, trained
 * with, and its fixed-point formats. (The C library's own defaults differ: 25 ms, 32 channels, no PCAN.)
 */

/** Fraction bits of the window, and of the filter weights. */
export const WINDOW_BITS = 12;
export const WEIGHT_BITS = 12;

/** Noise reduction: fraction bits of its coefficients, fraction bits of the estimate, coefficients. */
export const NOISE_BITS = 14;
export const SMOOTHING_BITS = 10;
export const EVEN_SMOOTHING = 0.025;
export const ODD_SMOOTHING = 0.06;
export const MIN_SIGNAL_REMAINING = 0.05;

/** Per-channel gain: strength and offset of gain(x) = (x + offset)^-strength, and fixed-point formats. */
export const PCAN_STRENGTH = 0.95;
export const PCAN_OFFSET = 80;
export const PCAN_GAIN_BITS = 21;
export const PCAN_SNR_BITS = 12;
export const PCAN_OUTPUT_BITS = 6;

/** The output is ln(x) * 2^LOG_SCALE_BITS. */
export const LOG_SCALE_BITS = 6;
/** Fraction bits of the logarithm, and log2 of the segments of its table. */
export const LOG_BITS = 16;
export const LOG_SEGMENT_BITS = 7;
/** ln 2 in LOG_BITS fraction bits. */
export const LN2 = 45426;

/** What the device's buffers are made for (`kws_frontend/micro_frontend.h`). */
export const MAX_FFT_SIZE = 512;
export const MAX_CHANNELS = 40;
