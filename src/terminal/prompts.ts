/** Questions on a terminal, through clack. Asked on stderr: stdout belongs to results. */

import { toolError } from '../diagnostics/errors.js';
import type { Asker } from '../project/draft.js';
import { printable } from './text.js';

/** An answer that never came: Ctrl-C at a question. */
function cancelled(): Error {
  return toolError({ what: 'stopped at a question', next: 'run it again, or give the answer as an option' });
}

export async function terminalAsker(): Promise<Asker> {
  const clack = await import('@clack/prompts');
  const answered = <T>(answer: T | symbol): T => {
    if (clack.isCancel(answer)) throw cancelled();
    return answer as T;
  };
  return {
    async choose(question, options) {
      const answer = await clack.select({
        message: printable(question),
        options: options.map(({ value, hint }) => ({ value: value as string, label: value, hint })),
        output: process.stderr,
      });
      return answered(answer) as (typeof options)[number]['value'];
    },
    async text(question, example) {
      const answer = await clack.text({
        message: printable(question),
        placeholder: example,
        output: process.stderr,
      });
      return answered<string>(answer);
    },
  };
}

/** Yes or no. */
export async function confirm(question: string): Promise<boolean> {
  const clack = await import('@clack/prompts');
  const answer = await clack.confirm({ message: printable(question), output: process.stderr });
  if (clack.isCancel(answer)) throw cancelled();
  return answer;
}
