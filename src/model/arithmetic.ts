/**
 * The integer arithmetic of quantized operators: every number that the reference engine, the planner and the
 * emitted code need besides the tensors themselves is computed here, and only here.
 *
 * Owns: requantisation, fixed-point functions, activation ranges, the parameters of each operator as functions
 * of scales and shapes.
 * Leaves to others: which operator takes which tensor (`operators`, `reference/`), memory (`plan/`).
 *
 * All of it equals TensorFlow Lite Micro's reference kernels bit for bit (double rounding).
 */
export * from './arithmetic/activation.js';
export * from './arithmetic/elementwise.js';
export * from './arithmetic/fixed-point.js';
export * from './arithmetic/lookup.js';
export * from './arithmetic/rearrange.js';
export * from './arithmetic/requantize.js';
export * from './arithmetic/resize.js';
export * from './arithmetic/scales.js';
export * from './arithmetic/slice.js';
export * from './arithmetic/softmax.js';
export * from './arithmetic/windows.js';
