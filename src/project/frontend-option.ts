/** What `--frontend` says: a preset, or one with settings, `librosa-mfcc,dct.coefficients=13`. */
import { inputError } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../frontend/presets.js';
import type { FrontendEntry } from './schema.js';

/** As kws.json has it. @throws KwsError (exit code 2); whether the fields exist is not checked here */
export function parseFrontend(text: string): FrontendEntry {
  const [name = '', ...settings] = text.split(',').map((part) => part.trim());
  if (!Object.hasOwn(FRONTEND_PRESETS, name))
    throw inputError({
      what: `there is no front end ${JSON.stringify(name)}`,
      where: '--frontend',
      next: didYouMean(name, Object.keys(FRONTEND_PRESETS)),
    });
  const preset = name as FrontendPreset;
  if (settings.length === 0) return preset;
  const entry: Record<string, unknown> = { preset };
  for (const setting of settings) {
    const match = /^([a-z][A-Za-z]*)(?:\.([a-z][A-Za-z]*))?=(.+)$/.exec(setting);
    if (match === null)
      throw inputError({
        what: `${JSON.stringify(setting)} is no setting`,
        where: '--frontend',
        next: 'give it such as librosa-mfcc,dct.coefficients=13; the fields are those of "frontend" in kws.json',
      });
    const [, field = '', inner, value = ''] = match;
    if (inner === undefined) entry[field] = settingValue(value);
    else {
      const before = entry[field];
      entry[field] = { ...(typeof before === 'object' ? before : {}), [inner]: settingValue(value) };
    }
  }
  return entry as FrontendEntry;
}

function settingValue(text: string): string | number | boolean | null {
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
