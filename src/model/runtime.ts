/** What can run a model on a device: our own code, compiled for the model, or TensorFlow Lite Micro's interpreter. */
export const RUNTIMES = ['aot', 'tflm'] as const;
export type Runtime = (typeof RUNTIMES)[number];
