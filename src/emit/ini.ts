/**
 * Values of platformio.ini. PlatformIO reads it with interpolation (`${…}`), inline comments (` ;`, ` #`) and
 * continuation lines; none of these can be escaped, so a value that would be misread is refused.
 */
import { inputError } from '../diagnostics/errors.js';

/**
 * The value as it may stand in platformio.ini.
 *
 * @param what the value is, for the message: `the folder of TensorFlow Lite Micro`
 */
export function iniValue(value: string, what: string): string {
  const trouble = [
    { found: /[\r\n\0]/, name: 'a line break' },
    { found: /\$\{/, name: '"${", which starts an interpolation' },
    { found: /(^|\s)[;#]/, name: '";" or "#" after a space, which starts a comment' },
  ].find(({ found }) => found.test(value));
  if (trouble === undefined) return value.trim();
  throw inputError({
    what: `${what} cannot stand in platformio.ini: it has ${trouble.name}`,
    where: JSON.stringify(value),
    next: 'choose another name or place',
  });
}
