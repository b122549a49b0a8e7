/**
 * The page of a session: one file without dependencies, live or by itself.
 *
 * Owns: its frame and the data in it. Leaves to others: script and style (templates/web), what reports share
 * (`report/html.ts`).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEMPLATES_FOLDER } from '../emit/templates.js';
import { page } from '../report/html.js';
import type { SessionModel } from '../targets/session-model.js';
import type { WebMessage } from './messages.js';

const part = (name: string): string => readFileSync(join(TEMPLATES_FOLDER, 'web', name), 'utf8');

export interface SessionPage {
  readonly html: string;
  /** Content-Security-Policy: this script and no other, nothing from elsewhere. */
  readonly policy: string;
}

/** @param message what happened, for a page by itself; without it the page asks its host */
export function sessionPage(
  { board, runtime, models }: Pick<SessionModel, 'board' | 'runtime' | 'models'>,
  message?: WebMessage,
): SessionPage {
  const script = part('session.js');
  const start = {
    live: message === undefined,
    models: models.map(({ name, labels }) => ({ name, labels })),
    message,
  };
  // Inside of a script element only `<` could end it.
  const data = JSON.stringify(start).replace(/</g, '\\u003c');
  const body = [
    part('session.html'),
    `<script type="application/json" id="start">${data}</script>`,
    `<script>${script}</script>`,
  ];
  const hash = createHash('sha256').update(script).digest('base64');
  return {
    html: page(`${board}, ${runtime}`, body, part('session.css')),
    policy: `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}
