/** How a microphone is wired to an emulated chip, as a text: `I2S bclk=26 ws=27 sd=22 headroom=4`. */
import { inputError } from '../diagnostics/errors.js';
import type { Wiring } from './microphone.js';

const MOST_PIN = 29;
const MOST_HEADROOM = 16;

/** @throws KwsError (exit code 2) for a text that says nothing of the kind */
export function parseWiring(text: string): Wiring {
  const [kind, ...rest] = text.split(' ');
  const numbers = new Map(
    rest.map((word): [string, number] => {
      const [, name, digits] = /^([a-z]+)=([0-9]{1,2})$/.exec(word) ?? [];
      return [name ?? word, Number(digits)];
    }),
  );
  const take = (name: string, most: number): number => {
    const value = numbers.get(name);
    if (value !== undefined && value <= most) return value;
    throw inputError({
      what: `the microphone's wiring has no ${name} from 0 to ${most}`,
      where: JSON.stringify(text),
    });
  };
  const pin = (name: string) => take(name, MOST_PIN);
  const headroom = take('headroom', MOST_HEADROOM);
  if (kind === 'I2S') return { interface: kind, bclk: pin('bclk'), ws: pin('ws'), sd: pin('sd'), headroom };
  if (kind === 'PDM') return { interface: kind, clk: pin('clk'), din: pin('din'), headroom };
  throw inputError({
    what: 'there is no such microphone: I2S and PDM are emulated',
    where: JSON.stringify(text),
  });
}
