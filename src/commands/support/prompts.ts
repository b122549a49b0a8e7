/** Questions on a terminal, through clack. Asked on stderr: stdout belongs to results. */
import type { Asker } from '../../project/asker.js';
import { printable } from '../../text/text.js';

/** Ctrl-C at a question: the user's wish, and no failure to be explained. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** @param signal ends a question as Ctrl-C does */
export async function terminalAsker(signal: AbortSignal): Promise<Asker> {
  const clack = await import('@clack/prompts');
  const answered = <T>(answer: T | symbol): T => {
    signal.throwIfAborted();
    if (clack.isCancel(answer)) throw new Interrupted();
    return answer as T;
  };
  return {
    async choose(question, options) {
      signal.throwIfAborted();
      const answer = await clack.select({
        message: printable(question),
        options: options.map(({ value, hint }) => ({
          value: value as string,
          label: printable(value),
          hint: printable(hint),
        })),
        output: process.stderr,
        signal,
      });
      return answered(answer) as (typeof options)[number]['value'];
    },
    async text(question, example) {
      signal.throwIfAborted();
      const answer = await clack.text({
        message: printable(question),
        placeholder: printable(example),
        output: process.stderr,
        signal,
      });
      return answered<string>(answer);
    },
  };
}

/** Yes or no. */
export async function confirm(question: string, signal?: AbortSignal): Promise<boolean> {
  const clack = await import('@clack/prompts');
  const answer = await clack.confirm({
    message: printable(question),
    output: process.stderr,
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  if (clack.isCancel(answer)) throw new Interrupted();
  return answer;
}
