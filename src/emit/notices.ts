/** What a rendered project says about itself and about others' code: README.md, THIRD_PARTY_NOTICES.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Notice, ResolvedBoard } from '../boards/types.js';
import type { Runtime } from '../model/runtime.js';
import type { ResolvedProject } from '../project/types.js';
import { markdownText } from './markdown.js';
import { fillTemplate, TEMPLATES_FOLDER } from './templates.js';

export interface ReadmeInput {
  readonly project: ResolvedProject;
  readonly board: ResolvedBoard;
  readonly runtime: Runtime;
  readonly buildId: string;
  readonly toolVersion: string;
}

export function renderReadme({ project, board, runtime, buildId, toolVersion }: ReadmeInput): string {
  return fillTemplate('README.md', {
    name: markdownText(project.name),
    board: markdownText(board.name),
    runtime,
    buildId,
    toolVersion,
    baud: board.monitorBaud,
    models: project.models.map(({ name, labels, model }) => ({
      name: markdownText(name),
      labels: labels.map(markdownText).join(', '),
      sha256: model.source.sha256,
    })),
  });
}

/** The notices of everything the build pulls in, each once. */
export function renderNotices(notices: readonly Notice[]): string {
  const known = new Map(notices.map((notice) => [`${notice.name} ${notice.version ?? ''}`, notice]));
  return fillTemplate('THIRD_PARTY_NOTICES.md', {
    notices: [...known.values()].map((notice) => ({
      name: markdownText(notice.name),
      version: markdownText(notice.version ?? ''),
      license: notice.license,
      url: notice.url,
    })),
    mit: readFileSync(join(TEMPLATES_FOLDER, '..', 'LICENSE'), 'utf8').trim(),
  });
}
