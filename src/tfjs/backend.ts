/**
 * Loads TensorFlow.js with the fastest backend that really works on this machine.
 *
 * Owns: the choice (tfjs-node's native library where it is installed and computes, else WebAssembly, else
 * plain JavaScript), and quiet: no banner on any stream.
 * Leaves to others: reading models (`readers/`), which needs no TensorFlow.js.
 */
import { fileURLToPath } from 'node:url';
import { toolError } from '../diagnostics/errors.js';
import type { TfCore, TfLayers } from './api.js';

type TfBackend = 'tensorflow' | 'wasm' | 'cpu';

export interface Tfjs {
  readonly backend: TfBackend;
  readonly core: TfCore;
  readonly layers: TfLayers;
}

type Import = (specifier: string) => Promise<unknown>;

/** CommonJS packages have their exports in `default`. */
async function load<T>(importModule: Import, specifier: string): Promise<T> {
  const module = (await importModule(specifier)) as { readonly default?: unknown };
  return (module.default ?? module) as T;
}

const CANDIDATES: readonly {
  readonly backend: TfBackend;
  readonly prepare: (core: TfCore, importModule: Import) => Promise<void>;
}[] = [
  {
    // Registers itself; its last version loads on newer releases of Node and throws when it is called.
    backend: 'tensorflow',
    prepare: async (_, importModule) => {
      await importModule('@tensorflow/tfjs-node');
    },
  },
  {
    backend: 'wasm',
    prepare: async (_, importModule) => {
      const wasm = await load<{ setWasmPaths(folder: string): void }>(
        importModule,
        '@tensorflow/tfjs-backend-wasm',
      );
      // Beside the module, wherever the package manager put it.
      const entry = fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-wasm'));
      wasm.setWasmPaths(entry.replace(/[^/\\]*$/, ''));
    },
  },
  {
    backend: 'cpu',
    prepare: async (_, importModule) => {
      await importModule('@tensorflow/tfjs-backend-cpu');
    },
  },
];

let loaded: Promise<Tfjs> | undefined;

/**
 * TensorFlow.js, loaded at the first call.
 *
 * @throws KwsError (exit code 3) where no backend computes
 */
export function loadTfjs(): Promise<Tfjs> {
  loaded ??= chooseBackend((specifier) => import(specifier));
  return loaded;
}

/** @param importModule how modules are imported; a test gives its own */
export async function chooseBackend(importModule: Import): Promise<Tfjs> {
  const core = await load<TfCore>(importModule, '@tensorflow/tfjs-core');
  // "Hi, looks like you are running TensorFlow.js in Node.js ..." is for those who did not choose.
  core.env().set('PROD', true);
  const reasons: string[] = [];
  for (const { backend, prepare } of CANDIDATES) {
    try {
      await prepare(core, importModule);
      if (!(await core.setBackend(backend))) throw new Error('it does not start');
      await core.ready();
      await expectToCompute(core);
      const layers = await load<TfLayers>(importModule, '@tensorflow/tfjs-layers');
      return { backend, core, layers };
    } catch (error) {
      reasons.push(`${backend}: ${error instanceof Error ? error.message.split('\n')[0] : 'failed'}`);
    }
  }
  throw toolError({
    what: 'TensorFlow.js does not run on this machine',
    why: reasons.join('; '),
    next: 'install the packages again (npm install), with the version of Node it asks for',
  });
}

/** A small product: a backend may load and fail, or be wrong, when it is called. */
async function expectToCompute(core: TfCore): Promise<void> {
  const a = core.tensor(Float32Array.of(1, 2, 3, 4), [2, 2], 'float32');
  const product = core.matMul(a, a);
  const values = Array.from(await product.data());
  product.dispose();
  a.dispose();
  if (values.join() !== '7,10,15,22') throw new Error(`it computes ${values.join()} for 7,10,15,22`);
}
