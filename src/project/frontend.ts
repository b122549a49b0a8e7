/** The `frontend` field of kws.json → a front end, or what is wrong with it. */
import type { Problem } from '../diagnostics/errors.js';
import { fieldProblem } from '../diagnostics/schema-problems.js';
import { microSpecProblems } from '../frontend/micro/geometry.js';
import { FRONTEND_PRESETS, type FrontendSpec, type MicroFrontendSpec } from '../frontend/spec.js';
import type { FrontendEntry } from './schema.js';

const MICRO_FIELDS = [
  'sampleRate',
  'windowMs',
  'stepMs',
  'channels',
  'lowerBandLimit',
  'upperBandLimit',
  'tables',
] as const satisfies readonly (keyof MicroFrontendSpec)[];

export function resolveFrontend(
  entry: FrontendEntry,
  file: string,
  problems: Problem[],
): FrontendSpec | undefined {
  if (typeof entry === 'string') return FRONTEND_PRESETS[entry];
  const { preset, ...settings } = entry;
  const base: Partial<FrontendSpec> =
    preset === undefined ? { kind: 'micro', version: 1 } : FRONTEND_PRESETS[preset];
  const found = problems.length;
  const wrong = (field: string, problem: Omit<Problem, 'where'>) =>
    problems.push(fieldProblem(file, ['frontend', field], problem));
  if (base.kind === 'none') {
    for (const field of Object.keys(settings))
      wrong(field, { what: 'means nothing for the preset "none"', next: 'remove it' });
    return found === problems.length ? FRONTEND_PRESETS.none : undefined;
  }
  const spec = { ...base, ...settings } as Partial<MicroFrontendSpec>;
  for (const field of MICRO_FIELDS)
    if (spec[field] === undefined)
      wrong(field, { what: 'is missing', next: 'give it, or begin from a "preset"' });
  if (found !== problems.length) return undefined;
  const complete = spec as MicroFrontendSpec;
  for (const problem of microSpecProblems(complete))
    problems.push({ ...problem, where: `${file}, ${problem.where}` });
  return found === problems.length ? complete : undefined;
}
