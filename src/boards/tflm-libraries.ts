/**
 * The packagings of TensorFlow Lite Micro that boards name: what the registry calls them, which interface
 * they have and what they can run. One table, so that a version is pinned in one place.
 */

/**
 * Generations of the interpreter's C++ interface. `error-reporter`: the interpreter's constructor takes an
 * ErrorReporter and operators are registered with version ranges; `micro-log`: neither.
 */
export type TflmGeneration = 'error-reporter' | 'micro-log';

export interface TflmLibrary {
  readonly id: TflmLibraryId;
  /** What stands in lib_deps: owner/name@version. */
  readonly spec: string;
  readonly name: string;
  readonly version: string;
  /** Age of the TensorFlow Lite Micro sources inside. */
  readonly snapshot: string;
  readonly generation: TflmGeneration;
  /** Whether a generated srcFilter may leave out the kernels that a model does not use. */
  readonly restrictable: boolean;
  /** Whether a FULLY_CONNECTED with one scale per output is computed right; else it silently uses the first. */
  readonly supportsPerChannelFullyConnected: boolean;
  readonly supportsResourceVariables: boolean;
  /** Operators of today's TensorFlow Lite Micro that its resolver has no method for. */
  readonly lacks: readonly string[];
  /** Whether we must define `extern "C" void DebugLog(const char*)`, because its own is left out. */
  readonly needsDebugLog: boolean;
  /** Flags it needs everywhere, also when it lies in a local folder. */
  readonly buildFlags: readonly string[];
  /** Outside the Arduino framework: further flags, and sources (relative to its root) that must be left out. */
  readonly bare: { readonly buildFlags: readonly string[]; readonly exclude: readonly string[] };
  readonly notices: readonly { readonly name: string; readonly license: string; readonly url: string }[];
}

export const TFLM_LIBRARY_IDS = ['chirale', 'esp-tf'] as const;
export type TflmLibraryId = (typeof TFLM_LIBRARY_IDS)[number];

/** Operators that came after both libraries. */
const LATER = ['DYNAMIC_UPDATE_SLICE', 'REDUCE_ALL', 'REDUCE_MIN', 'REVERSE_V2', 'TFLM_DECODE'];
/** Signal processing as operators, which came in 2023. */
const SIGNAL = [
  'SignalDelay',
  'SignalEnergy',
  'SignalFftAutoScale',
  'SignalFilterBank',
  'SignalFilterBankLog',
  'SignalFilterBankSpectralSubtraction',
  'SignalFilterBankSquareRoot',
  'SignalFramer',
  'SignalIrfft',
  'SignalOverlapAdd',
  'SignalPCAN',
  'SignalRfft',
  'SignalStacker',
  'SignalWindow',
];

const tensorflow = {
  name: 'TensorFlow Lite for Microcontrollers',
  license: 'Apache-2.0',
  url: 'https://github.com/tensorflow/tflite-micro',
} as const;

export const TFLM_LIBRARIES: Readonly<Record<TflmLibraryId, TflmLibrary>> = {
  chirale: {
    id: 'chirale',
    spec: 'spaziochirale/Chirale_TensorFLowLite@2.0.0',
    name: 'Chirale_TensorFLowLite',
    version: '2.0.0',
    snapshot: '2023-01',
    generation: 'micro-log',
    restrictable: true,
    supportsPerChannelFullyConnected: false,
    supportsResourceVariables: true,
    lacks: [...LATER, ...SIGNAL, 'BATCH_MATMUL', 'EMBEDDING_LOOKUP'],
    needsDebugLog: true,
    // Leaves out its serial console, which compiles on mbed cores only and opens the port at 9600 baud.
    buildFlags: ['-DARDUINO_EXCLUDE_CODE'],
    bare: { buildFlags: ['-DARDUINO=10800'], exclude: ['src/peripherals/', 'system_setup.cpp'] },
    notices: [
      tensorflow,
      { name: 'CMSIS-NN', license: 'Apache-2.0', url: 'https://github.com/ARM-software/CMSIS-NN' },
      {
        name: 'Chirale_TensorFLowLite',
        license: 'Apache-2.0',
        url: 'https://github.com/spaziochirale/Chirale_TensorFLowLite',
      },
    ],
  },
  'esp-tf': {
    id: 'esp-tf',
    spec: 'nickjgniklu/ESP_TF@2.0.1',
    name: 'ESP_TF',
    version: '2.0.1',
    snapshot: '2024-04',
    generation: 'micro-log',
    restrictable: true,
    supportsPerChannelFullyConnected: false,
    supportsResourceVariables: true,
    lacks: LATER,
    needsDebugLog: false,
    buildFlags: ['-DESP_NN'],
    bare: { buildFlags: [], exclude: [] },
    notices: [
      tensorflow,
      { name: 'ESP-NN', license: 'Apache-2.0', url: 'https://github.com/espressif/esp-nn' },
      { name: 'ESP_TF', license: 'Apache-2.0', url: 'https://github.com/nickjgniklu/ESP_TF' },
    ],
  },
};
