/** What is said of a trained detector: report.md for people, train.json for the same run again. */
import { readFileSync } from 'node:fs';
import { isAbsolute, posix } from 'node:path';
import type { AcceptRate } from '../evaluate/types.js';
import type { KwsFile } from '../project/schema.js';
import type { QuantizationReport } from '../quantize/report/types.js';
import { VERSION } from '../version.js';
import type { Amounts } from './amounts.js';
import type { Checked } from './check.js';
import { TRAINING_LOCK } from './engine.js';
import { type FloatModel, sha256 } from './export.js';
import type { Fitted } from './fit.js';
import type { CrossValidated } from './folds.js';
import type { Judged } from './judge.js';
import type { Network } from './network.js';
import type { UsableRecording } from './recordings.js';
import { pathFrom } from './request.js';
import type { CutoffRow, Figure, TrainReport, TrainRequest } from './types.js';
import { KOKORO_HASHES } from './voices/kokoro/install.js';
import type { Spoken } from './voices/speak.js';
import { keyOf } from './voices/speak.js';

export interface Facts {
  /** The project's. */
  readonly folder: string;
  readonly request: TrainRequest;
  readonly checked: Checked;
  readonly amounts: Amounts;
  readonly clips: readonly Spoken[];
  readonly fitted: Fitted;
  readonly network: Network;
  readonly kws: KwsFile;
  readonly float: FloatModel['files'];
  readonly int8: Uint8Array;
  readonly quantization: QuantizationReport;
  readonly voices: Judged;
  readonly people: Judged;
  /** Whether some setting met the budget of false accepts. */
  readonly met: boolean;
  /** False accepts in the talk that the setting was chosen with. */
  readonly talk: AcceptRate;
  readonly folds: CrossValidated | undefined;
}

export function record(facts: Facts): { readonly report: TrainReport; readonly json: object } {
  const { request, checked, amounts, clips, people, voices, quantization, folds } = facts;
  const agreement = quantization.calibration.agreement.share;
  const all = [...(folds?.figures ?? []), ...people.figures];
  const report: TrainReport = {
    headline: headlineOf(all),
    people: all,
    voices: voices.figures,
    cutoffs: voices.cutoffs,
    quantization: { snrDb: null, agreement },
    notes: notesOf(facts),
  };
  // Names are as the user gave them.
  const named = (name: string) => (isAbsolute(name) ? pathFrom(facts.folder, name) : name);
  // Folder by folder, the sound's SHA-256 after each name: the hash says what a recording is for, too.
  const recorded = (list: readonly UsableRecording[]) => {
    const folders: Record<string, Record<string, string>> = {};
    for (const { path, sha256: hash } of list) {
      const from = pathFrom(facts.folder, path);
      const folder = posix.dirname(from);
      folders[folder] ??= {};
      folders[folder][posix.basename(from)] = hash;
    }
    return folders;
  };
  const json = {
    version: 1,
    kwsGen: VERSION,
    request,
    pronunciations: checked.pronunciations,
    packages: sha256(readFileSync(TRAINING_LOCK)),
    ...(request.neural ? { neural: KOKORO_HASHES } : {}),
    voices: checked.engines.map(({ name, voices: own }) => ({
      engine: name,
      voices: Object.fromEntries(
        (['train', 'tune', 'judge'] as const).map((role) => [
          role,
          own.filter((voice) => voice.role === role).map((voice) => voice.name),
        ]),
      ),
    })),
    clips: amounts.clips,
    speech: keyOf(clips.map(({ key }) => key)),
    recordings: {
      positives: recorded(checked.recordings.positives),
      negatives: recorded(checked.recordings.negatives),
      noises: recorded(checked.recordings.noises),
      judges: recorded(checked.recordings.judges),
      skipped: checked.recordings.skipped.map(({ where, what }) => ({ where: where && named(where), what })),
    },
    rounds: amounts.rounds,
    network: facts.network,
    recipe: amounts.recipe,
    trained: facts.fitted.key,
    files: {
      ...Object.fromEntries([...facts.float].map(([path, content]) => [path, sha256(content)])),
      [facts.kws.models[0]!.file]: sha256(facts.int8),
    },
    ...(folds === undefined
      ? {}
      : {
          folds: { settings: folds.settings, missed: folds.missed.map(named), fired: folds.fired.map(named) },
        }),
    report,
  };
  return { report, json };
}

/** Recordings that were changed say nothing of people. */
const UNDER_CONDITION = /^kept out, /;

function headlineOf(people: readonly Figure[]): string {
  const misses = people.filter(({ of, what }) => what === 'misses' && !UNDER_CONDITION.test(of));
  if (misses.length === 0) return 'not measured on people';
  return misses.map((figure) => `${figure.of}: ${figure.text}`).join('; ');
}

function notesOf({ request, met, talk, voices, ...facts }: Facts): readonly string[] {
  const notes: string[] = [];
  const people = [...(facts.folds?.figures ?? []), ...facts.people.figures];
  if (people.length === 0)
    notes.push(
      'no recording of a person judged this detector: models of synthetic voices alone are known to miss many people. Record the word 20 times, with the device’s own microphone if you can, other people too, and give the folder with --judge (or with --positives, to learn from most of it)',
    );
  else if (people.every(({ among, what }) => what !== 'misses' || among < 20))
    notes.push('few recordings judged: the bounds say how little they prove; 20 and more say more');
  if (request.folds > 0)
    notes.push(
      `figures of recordings that were kept out are of ${request.folds} models, each of which left a part of them out, at a setting chosen on the other parts; the model here has learned from all of them, and has no figure of its own on them`,
    );
  if (!met)
    notes.push(
      `no setting stays below ${request.maxFaPerHour} false accepts per hour on the clips it is chosen with; the strictest is set`,
    );
  else if (talk.high !== null && talk.high > request.maxFaPerHour)
    notes.push(
      `the cutoff was chosen with ${talk.hours.toFixed(2)} h of talk and ${talk.falseAccepts} false accepts in it: that shows no more than fewer than ${talk.high.toFixed(0)} per hour (95 %), not the ${request.maxFaPerHour} asked for; hours of people talking (--negatives) show more`,
    );
  const near = voices.figures.find(({ what }) => what === 'clips that fired');
  if (near !== undefined && near.count / near.among > 0.05)
    notes.push(
      'it fires on words that sound alike; recordings of people saying other words (--negatives) help most',
    );
  if (request.quick)
    notes.push('trained with --quick: it shows that all of it works, and is no detector to keep');
  return notes;
}

export function reportText(request: TrainRequest, report: TrainReport, checked: Checked): string {
  const rows = (figures: readonly Figure[]) =>
    figures.length === 0
      ? ['Nothing.', '']
      : [
          '| clips | what it did |',
          '| --- | --- |',
          ...figures.map((one) => `| ${one.of} | ${one.text} |`),
          '',
        ];
  const { agreement } = report.quantization;
  return `${[
    `# ${request.word}: ${report.headline}`,
    '',
    `A detector of "${request.word}", made by kws-gen ${VERSION} train. train.json has everything it was made of.`,
    '',
    ...report.notes.map((note) => `- ${note[0]!.toUpperCase()}${note.slice(1)}.`),
    '',
    '## People',
    '',
    ...rows(report.people),
    '## Synthetic voices that it was not trained or tuned with',
    '',
    ...rows(report.voices),
    ...cutoffLines(report.cutoffs, request),
    ...(agreement === null
      ? []
      : [`int8 decides as float does in ${(100 * agreement).toFixed(2)} % of the inferences.`, '']),
    'Bounds are exact, binomial for shares of clips and Poisson for rates; clips of one voice are not independent of each other.',
    '',
    '## Said as',
    '',
    ...request.spellings.map((spelling, i) => `- ${spelling}: ${checked.pronunciations[i] ?? ''}`),
    '',
  ].join('\n')}`;
}

/** The choice between two mistakes, as far as a cutoff makes it. */
function cutoffLines(rows: readonly CutoffRow[], { maxFaPerHour }: TrainRequest): readonly string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { words, near, hours } = first;
  return [
    '## Other cutoffs',
    '',
    `The cutoff decides between two mistakes: a lower one misses less and fires more. In bold is the one in kws.json, chosen with other voices within ${maxFaPerHour} false accepts per hour of talk. If it misses too much, or fires too much where you are, write another one there (\`cutoff\` of the detector) and flash again: nothing is trained anew. The same clips as above, so that a cutoff chosen by this table looks a little better in it than it is.`,
    '',
    `| cutoff | of the word missed (${words} clips) | of near words fired (${near} clips) | in sentences and commands false accepts (${hours.toFixed(2)} h) |`,
    '| ---: | ---: | ---: | ---: |',
    ...rows.map(({ cutoff, own, missed, fired, falseAccepts }) => {
      const shown = cutoff.toFixed(own ? 3 : 2);
      return `| ${own ? `**${shown}**` : shown} | ${missed} | ${fired} | ${falseAccepts} |`;
    }),
    '',
  ];
}
