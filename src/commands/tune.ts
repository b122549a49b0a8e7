/** `kws-gen tune`: the setting with the fewest misses for a budget of false accepts, into kws.json. */
import { join } from 'node:path';
import { inputError } from '../diagnostics/errors.js';
import type { Tuning } from '../evaluate/tune/tune.js';
import type { LoadedProject } from '../project/resolve.js';
import type { Command, CommandContext } from './support/command.js';
import { RECORDING_OPTIONS, runOptions } from './support/evaluate-context.js';
import type { OptionValues } from './support/options.js';
import { boardProjectOf, MODEL_OPTIONS, projectFolder } from './support/project-options.js';

export const tuneCommand: Command = {
  name: 'tune',
  summary: 'choose cutoff and window for a budget of false accepts',
  description:
    'Plays recordings to the project and chooses the cutoff and the averaging window (with --refractory the refractory time, too) with the fewest misses at no more false accepts per hour than --max-fa, in the middle of a range of cutoffs that are as good, both ends of which the recordings show. Writes them to kws.json with the numbers they come from and changes nothing else there; --dry-run only shows them. Where the recordings leave the cutoff open, the setting stays if none is better. Exit code 1 where no setting meets the budget, or the cutoff would be arbitrary. Judge the result with evaluate on other recordings. All of it runs on the host, whose scores are a board’s to the last bit: evaluate --on-device shows it.',
  examples: [
    'kws-gen tune --max-fa 0.5/h --positives recordings/ --negatives speech/ music/',
    'kws-gen tune --max-fa 1/10h --positives recordings/ --negatives speech/ --refractory --dry-run',
  ],
  options: [...RECORDING_OPTIONS, 'maxFa', 'refractory', 'dryRun', ...MODEL_OPTIONS, 'project'],
  async run(options, context) {
    const { out } = context;
    checkOptions(options);
    const maxFaPerHour = options.maxFa!;
    const project = await boardProjectOf(options, context);
    const run = await runOptions(options, project, context);
    const [{ isSettled, tune }, { tuneLines, tuneObject, warnings }] = await Promise.all([
      import('../evaluate/tune/tune.js'),
      import('../evaluate/tune/report.js'),
    ]);
    const { refractory = false } = options;
    const tuning = await tune(project, { ...run, maxFaPerHour, refractory });
    for (const problem of warnings(tuning, maxFaPerHour)) out.warn(problem);
    const met = tuning.models.every(({ after }) => after !== null);
    const settled = isSettled(tuning);
    const changed = settled && tuning.models.some(({ outcome }) => outcome === 'measured');
    const write = changed && options.dryRun !== true;
    if (write) await writeKwsFile(tuning, project, maxFaPerHour, options, context);
    const written = write ? ['kws.json'] : [];
    const end = write
      ? 'Written: kws.json'
      : `Nothing is written${changed ? ' (--dry-run)' : settled ? ': kws.json is as good as these recordings can tell' : ''}`;
    out.result({ ...tuneObject(tuning, maxFaPerHour), met, written }, [
      ...tuneLines(tuning, maxFaPerHour),
      ...(met ? ['', end] : []),
    ]);
    return settled ? 0 : 1;
  },
};

function checkOptions({ maxFa, positives, negatives, model, dryRun }: OptionValues): void {
  const missing = [
    ...(maxFa === undefined ? [{ what: 'there is no budget', next: '--max-fa 0.5/h gives one' }] : []),
    ...(positives === undefined
      ? [{ what: 'there are no clips with the wake word', next: '--positives FOLDER names them' }]
      : []),
    ...(negatives === undefined
      ? [{ what: 'there are no recordings without the wake word', next: '--negatives FOLDER names them' }]
      : []),
    ...(model !== undefined && dryRun !== true
      ? [
          {
            what: 'there is no kws.json to be written',
            where: '--model',
            next: 'make one with kws-gen init, or give --dry-run',
          },
        ]
      : []),
  ];
  if (missing.length > 0) throw inputError(missing);
}

/** The file is read again and edited as text, so that nothing else in it changes. */
async function writeKwsFile(
  { models }: Tuning,
  project: LoadedProject,
  maxFaPerHour: number,
  options: OptionValues,
  { directory }: CommandContext,
): Promise<void> {
  const [
    { KWS_FILE, LARGEST_KWS_FILE },
    { readBounded },
    { parseKwsFile },
    { withDetector },
    entries,
    files,
  ] = await Promise.all([
    import('../project/files.js'),
    import('../files/read-bounded.js'),
    import('../project/parse.js'),
    import('../evaluate/tune/kws-json.js'),
    import('../evaluate/tune/entry.js'),
    import('../files/write-together.js'),
  ]);
  const path = join(projectFolder(options, directory), KWS_FILE);
  const bytes = await readBounded(path, LARGEST_KWS_FILE, KWS_FILE);
  // A byte order mark stays, too.
  let text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const kws = parseKwsFile(text);
  const { frontend } = project;
  if (frontend.kind === 'none') return;
  for (const tuned of models) {
    const index = kws.models.findIndex(({ name }) => name === tuned.model.name);
    if (index < 0 || tuned.setting === null || tuned.outcome !== 'measured') continue;
    const note = entries.noteOf(tuned, maxFaPerHour, new Date());
    const entry = entries.tunedEntry(kws.models[index]!.detector, tuned.model, frontend, tuned.setting, note);
    text = withDetector(text, index, entry);
  }
  parseKwsFile(text);
  await files.writeTogether(new Map([[path, text]]));
}
