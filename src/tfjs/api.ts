/**
 * The part of TensorFlow.js that kws-gen calls, as an interface of its own: three packages offer it, one of
 * them optional, and none is loaded before it is needed.
 */

interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array | Int32Array | Uint8Array>;
  dispose(): void;
}

interface TfLayersModel {
  readonly inputs: readonly { readonly shape: readonly (number | null)[] }[];
  predict(input: TfTensor): TfTensor | TfTensor[];
  dispose(): unknown;
}

export interface TfCore {
  tensor(values: Float32Array, shape: readonly number[], dtype: 'float32'): TfTensor;
  matMul(a: TfTensor, b: TfTensor): TfTensor;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  env(): { set(flag: string, value: boolean): void };
}

/** What an IOHandler gives (tfjs-core, io/types.ts). */
export interface TfArtifacts {
  readonly modelTopology: unknown;
  readonly weightSpecs: readonly unknown[];
  readonly weightData: ArrayBuffer;
}

export interface TfLayers {
  loadLayersModel(handler: { load(): Promise<TfArtifacts> }): Promise<TfLayersModel>;
}
