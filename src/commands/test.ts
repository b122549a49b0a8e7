/** `kws-gen test`: a labelled set on the host or on boards, with a verdict. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Stages } from '../targets/stages.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import { limitsOf } from './support/limits.js';
import type { OptionValues } from './support/options.js';
import { refuseExisting, shownPath } from './support/paths.js';
import { placesOf } from './support/places.js';
import { boardProjectOf, heardLabels, MODEL_OPTIONS, projectOf } from './support/project-options.js';
import { stagesOf } from './support/stages.js';

export const testCommand: Command = {
  name: 'test',
  argument: {
    name: 'suite',
    required: true,
    description: 'folder with a folder per label, or a JSON file with windows in seconds',
  },
  summary: 'test a labelled set on the host and on boards, with a verdict',
  description:
    'Plays every recording of a suite and judges what is heard: hits, misses, false accepts per hour, latency from the end of the word, and on boards inference time, load and overruns. The limits of the suite or of kws.json decide; without any, no word may be missed and nothing else heard. Exit code 0: passed, 1: failed. Without --board the host computes what the board would say; with it the firmware is built, uploaded and tested, several boards (--board a,b, or --board all for those of the bench in hil.json) side by side, and every value that a board says is compared with the host’s.',
  examples: [
    'kws-gen test recordings/',
    'kws-gen test suite.json --junit results.xml --report results.html',
    'kws-gen test suite.json --board virtual-cortex-m3,virtual-cortex-m4',
    'kws-gen test suite.json --board all',
    'kws-gen test suite.json --max-misses 2 --max-fa 0.5/h --max-latency 500ms',
    'kws-gen test suite.json --port /dev/ttyACM0',
  ],
  options: [
    'board',
    'bench',
    'emulate',
    'port',
    'maxMisses',
    'maxFa',
    'maxLatency',
    'maxLoad',
    'junit',
    'report',
    ...MODEL_OPTIONS,
    'runtime',
    'tflmPath',
    'frameworkPath',
    'output',
    'project',
    'trust',
    'force',
  ],
  async run(options, context, suite) {
    return testProject(options, context, suite!, () => stagesOf(options, context));
  },
};

/** @param stages asked for only where a board is needed */
export async function testProject(
  options: OptionValues,
  context: CommandContext,
  path: string,
  stages: () => Promise<Stages>,
): Promise<Verdict> {
  const { out, directory, signal } = context;
  const files = outputFiles(options, directory);
  const [{ loadSuite }, { testSuite }] = await Promise.all([
    import('../suite/load.js'),
    import('../suite/test-suite.js'),
  ]);
  const loaded = await projectOf(options, context);
  const suite = await loadSuite(path, { directory, heard: heardLabels(loaded), limits: loaded.limits });
  const { places, atOnce } = await placesOf({ options, context, project: loaded, stages });
  const project = places.some(({ open }) => open === undefined)
    ? await boardProjectOf(options, context)
    : loaded;
  const limits = limitsOf(options, suite.limits);
  const { report, errors } = await testSuite(
    project,
    { ...suite, limits },
    { places, signal, ...(atOnce === undefined ? {} : { atOnce }) },
  );
  const written = await writeReports(files, report, directory);
  const { suiteLines } = await import('../suite/report/table.js');
  out.result(
    { t: 'test', ...report, ...(written.length === 0 ? {} : { written }) },
    written.length === 0 ? suiteLines(report) : [...suiteLines(report), `Written: ${written.join(', ')}`],
  );
  if (out.json)
    out.line({
      t: 'verdict',
      passed: report.passed,
      places: report.places.map(({ name, verdict, result }) => ({
        name,
        verdict,
        ...(result === undefined ? {} : { checks: result.checks }),
      })),
    });
  // What was heard elsewhere is told before.
  const [error] = errors;
  if (error !== undefined) throw error;
  return report.passed ? 0 : 1;
}

type Kind = 'junit' | 'report';

/** What is in the way is found before the work begins; an older result is replaced. */
function outputFiles(options: OptionValues, directory: string): readonly (readonly [Kind, string])[] {
  return (['junit', 'report'] as const).flatMap((kind) => {
    const named = options[kind];
    if (named === undefined) return [];
    const path = resolve(directory, named);
    const older = kind === 'junit' && isJunit(path);
    if (!older) refuseExisting([path], { directory, force: options.force, option: `--${kind}` });
    return [[kind, path] as const];
  });
}

/** A pipe or a folder is none, and nobody waits for it. */
function isJunit(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const begin = Buffer.alloc(200);
  const file = openSync(path, 'r');
  try {
    return begin.toString('utf8', 0, readSync(file, begin)).includes('<testsuites');
  } finally {
    closeSync(file);
  }
}

async function writeReports(
  files: readonly (readonly [Kind, string])[],
  report: Parameters<typeof import('../suite/report/junit.js').junitXml>[0],
  directory: string,
): Promise<readonly string[]> {
  if (files.length === 0) return [];
  const [{ junitXml }, { suitePage }, { writeTogether }] = await Promise.all([
    import('../suite/report/junit.js'),
    import('../suite/report/page.js'),
    import('../files/write-together.js'),
  ]);
  const made = { junit: junitXml, report: suitePage } as const;
  await writeTogether(new Map(files.map(([kind, path]) => [path, made[kind](report)])));
  return files.map(([, path]) => shownPath(path, directory));
}
