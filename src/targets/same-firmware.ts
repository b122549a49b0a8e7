/**
 * Whether what a board says of itself in its hello is the project, and the very build.
 *
 * Leaves to others: whether a difference is a warning or an error.
 */
import { type Problem, toolError } from '../diagnostics/errors.js';
import type { FirmwareProject } from '../emit/types.js';
import { frontendHash } from '../frontend/spec.js';
import type { ResolvedProject } from '../project/types.js';
import type { HelloEvent } from '../protocol/events.js';

/** The build id is in the hello: an upload that did not take would answer with the old one. */
export function checkBuild(hello: HelloEvent, { buildId }: FirmwareProject): void {
  if (isBuild(hello, buildId)) return;
  throw toolError({
    what: 'the board does not run the firmware that was uploaded',
    why: `it says build ${hello.build}, this is build ${buildId.slice(0, 12)}`,
    next: 'press its reset button and run kws-gen flash again; with several boards connected, name the port with --port',
  });
}

/** A hello has the begin of the build id. */
export function isBuild({ build }: HelloEvent, buildId: string): boolean {
  return build !== '' && build === buildId.slice(0, build.length);
}

/** Models and front end of a board that are not the project's. */
export function firmwareDifferences(hello: HelloEvent, project: ResolvedProject): readonly Problem[] {
  const problems: Problem[] = [];
  const where = `${hello.board}, build ${hello.build}`;
  const next = 'kws-gen flash uploads the project’s firmware';
  for (const { name, model } of project.models) {
    const there = hello.models.find(({ m }) => m === name);
    if (there?.model === model.source.sha256) continue;
    problems.push({
      what:
        there === undefined
          ? `the board does not have the model ${name}`
          : `the board’s model ${name} is not the project’s`,
      where,
      why:
        there === undefined
          ? `it has ${hello.models.map(({ m }) => m).join(', ')}`
          : `it has ${there.model.slice(0, 12)}, the project ${model.source.sha256.slice(0, 12)}`,
      next,
    });
  }
  const expected = frontendHash(project.frontend);
  if (hello.frontend !== expected)
    problems.push({
      what: 'the board’s front end is not the project’s',
      where,
      why: `it has ${hello.frontend.slice(0, 12)}, the project ${expected.slice(0, 12)}`,
      next,
    });
  return problems;
}

/** What a hello says of models beside their hashes. */
export function otherModels(hello: HelloEvent, project: ResolvedProject): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { m, hop, gate, labels } of hello.models) {
    const own = project.models.find(({ name }) => name === m);
    if (own === undefined) problems.push({ what: `the board has a model ${m} that the project has not` });
    else if (own.hop !== hop)
      problems.push({ what: `the board runs ${m} every ${hop} steps, the project every ${own.hop}` });
    else if (gate !== (project.gate === m))
      problems.push({
        what: `${m} is ${gate ? 'a' : 'no'} gate on the board, and ${gate ? 'none' : 'one'} in the project`,
      });
    else if (labels.join('\n') !== own.labels.join('\n'))
      problems.push({
        what: `labels of ${m} are ${labels.join(', ')} on the board, ${own.labels.join(', ')} in the project`,
      });
  }
  return problems;
}
