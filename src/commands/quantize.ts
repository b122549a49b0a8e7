/** `kws-gen quantize`: a float model as int8, and what that cost. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { inputError } from '../diagnostics/errors.js';
import type { ModelOpener } from '../project/resolve.js';
import type { Original } from '../quantize/from-sources.js';
import type { QuantizeRun } from '../quantize/run.js';
import type { TfjsFiles } from '../tfjs/predict.js';
import type { Command, CommandContext } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { refuseExisting, shownPath } from './support/paths.js';
import { projectContext, sourcesOf } from './support/quantize-context.js';

export const quantizeCommand: Command = {
  name: 'quantize',
  argument: {
    name: 'model',
    required: false,
    description:
      'a float model: TF.js (model.json), Keras (.keras, .h5), SavedModel (its folder), or .tflite (default: the one in kws.json)',
  },
  summary: 'make an int8 .tflite from a float model',
  description:
    'Quantizes a float model to int8 and shows what that cost: noise per operator, agreement with the float model, worst clips, size. It is calibrated with recordings, through the front end it was trained with (--frontend, or the project’s), or with features; a model in kws.json with what stands there under "quantize". With a micro front end the input’s range is 0…26, as microWakeWord has it, unless --pin says otherwise. Nothing is written before everything is done.',
  examples: [
    'kws-gen quantize model.json --calibrate recordings/ --frontend micro-wake-word -o hey_device.tflite',
    'kws-gen quantize model.keras --calibrate features.npz --holdout other/ --report report.html',
    'kws-gen quantize float.tflite --calibrate recordings/ --method mse --pin input=0..26 --json',
    'kws-gen quantize --report report.html',
    'kws-gen quantize stream.h5 --calibrate recordings/ --frontend micro-wake-word --manifest',
  ],
  options: [
    'calibrate',
    'out',
    'frontend',
    'labels',
    'method',
    'pin',
    'inputType',
    'outputType',
    'outputKind',
    'holdout',
    'report',
    'manifest',
    'cutoff',
    'project',
    'force',
  ],
  async run(options, context, argument) {
    const { out, directory } = context;
    const { file, name, calibrate, method, pinned } = await sourcesOf(argument, options, directory);
    if (options.cutoff !== undefined && options.manifest !== true)
      throw inputError({
        what: 'means nothing without --manifest',
        where: '--cutoff',
        next: 'leave it out, or give --manifest',
      });
    const files = outputFiles(file, options, directory);
    const [{ readModel }, { readSource }, { quantizeFromSources }] = await Promise.all([
      import('../readers/read-model.js'),
      import('../project/source.js'),
      import('../quantize/from-sources.js'),
    ]);
    let read: TfjsFiles | undefined;
    const open: ModelOpener = (bytes, name, siblings) => {
      read = { json: bytes, siblings };
      return readModel(bytes, name, siblings);
    };
    const { model } = await readSource(file, open, name);
    const project = await projectContext(file, model, options, context);
    const { inputType, holdout, outputKind } = options;
    const outputType = options.outputType ?? (options.manifest === true ? 'uint8' : undefined);
    const run = await quantizeFromSources(model, {
      calibrate,
      ...(holdout === undefined ? {} : { holdout }),
      directory,
      ...project,
      ...(outputKind === undefined ? {} : { output: outputKind }),
      ...method,
      pinned,
      ...(inputType === undefined ? {} : { inputType }),
      ...(outputType === undefined ? {} : { outputType }),
      ...(model.source.format === 'tfjs-layers' ? { original: tfjs(read!) } : {}),
      progress: (text) => out.status(text),
      signal: context.signal,
    });
    const { writeTogether } = await import('../files/write-together.js');
    await writeTogether(await contents(run, files, options, project));
    await show(run, files, context);
    return 0;
  },
};

/** TensorFlow.js itself, loaded when it is asked. */
function tfjs(files: TfjsFiles): Original {
  return {
    name: 'TensorFlow.js',
    predict: async (inputs) => (await import('../tfjs/predict.js')).tfjsPredict(files, inputs),
  };
}

interface OutputFiles {
  readonly model: string;
  readonly manifest?: string;
  readonly report?: string;
}

/** Where results go; what is in the way is found before the work begins. */
function outputFiles(source: string, options: OptionValues, directory: string): OutputFiles {
  const name = basename(source, extname(source));
  const model = resolve(directory, options.out ?? `${name}_int8.tflite`);
  const files: OutputFiles = {
    model,
    ...(options.manifest === true ? { manifest: withExtension(model, '.json') } : {}),
    ...(options.report === undefined ? {} : { report: resolve(directory, options.report) }),
  };
  const all = Object.values(files) as string[];
  const option = (path: string) => (path === files.report ? '--report' : '-o');
  const twice = all.find((path, index) => path === source || all.indexOf(path) !== index);
  if (twice !== undefined)
    throw inputError({
      what: twice === source ? 'this is the model that is read' : 'two results would go to this file',
      where: `${option(twice)} ${relative(directory, twice)}`,
      next: 'name another file',
    });
  if (extname(model) !== '.tflite')
    throw inputError({
      what: 'a quantized model is a TensorFlow Lite file',
      where: `-o ${options.out}`,
      next: `give it that ending: -o ${basename(withExtension(model, '.tflite'))}`,
    });
  // That the model is not there is what one wants to hear first.
  if (existsSync(source)) refuseExisting(all, { directory, force: options.force, option: '-o' });
  return files;
}

const withExtension = (path: string, extension: string) =>
  join(dirname(path), basename(path, extname(path)) + extension);

async function contents(
  run: QuantizeRun,
  files: OutputFiles,
  { cutoff }: OptionValues,
  { frontend }: Awaited<ReturnType<typeof projectContext>>,
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const all = new Map<string, string | Uint8Array>([[files.model, run.bytes]]);
  if (files.manifest !== undefined) {
    const { microWakeWordManifest } = await import('../quantize/manifest.js');
    const [label] = run.report.labels;
    const wakeWord = run.model.labels === undefined ? run.report.model : label!;
    const settings = {
      wakeWord,
      file: basename(files.model),
      ...(cutoff === undefined ? {} : { cutoff }),
    };
    all.set(files.manifest, microWakeWordManifest(run.model, frontend, settings));
  }
  if (files.report !== undefined) {
    const { reportPage } = await import('../quantize/report/html.js');
    all.set(files.report, reportPage(run.report, run.outputs));
  }
  return all;
}

async function show(
  { report }: QuantizeRun,
  files: OutputFiles,
  { out, directory }: CommandContext,
): Promise<void> {
  const { reportLines } = await import('../quantize/report/table.js');
  const written = (Object.values(files) as string[]).map((path) => shownPath(path, directory));
  for (const problem of report.warnings) out.warn(problem);
  const { warnings: _, operators, ...rest } = report;
  out.result(
    { t: 'quantize', written, ...rest, operators: operators.map(({ codes: _, ...operator }) => operator) },
    [
      ...reportLines(report),
      '',
      `Written: ${written.join(', ')}`,
      ...(files.manifest === undefined
        ? []
        : ['Author and languages in the manifest are left for you to fill in']),
    ],
  );
}
