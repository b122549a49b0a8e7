/**
 * Code of a project's own that runs on this computer: that of `device/` where the host is the board. On other boards
 * it runs there, which is what whoever flashes them asks for.
 *
 * Owns: that consent is to the folder, and not to each version of what is in it: it is where its user works.
 */
import { realpathSync } from 'node:fs';
import type { Board } from '../boards/types.js';
import type { TrustField } from './fields.js';

/**
 * None where there is no such code, or it runs elsewhere.
 *
 * @param folder of the code, which exists
 * @param files how many are compiled
 */
export function deviceCode(
  { kind }: Pick<Board, 'kind'>,
  folder: string,
  files: number,
): readonly TrustField[] {
  if (kind !== 'native' || files === 0) return [];
  const value = realpathSync(folder);
  return [
    {
      where: 'device/',
      key: 'code of the project',
      value,
      why: 'the board native runs it as a program of yours',
    },
  ];
}
