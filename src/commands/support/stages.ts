/** The real stages of a command: whom they ask, and what has been agreed to. */
import type { Stages } from '../../targets/stages.js';
import type { TrustOptions } from '../../trust/consent.js';
import type { TrustField } from '../../trust/fields.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';

export async function stagesOf(options: OptionValues, context: CommandContext): Promise<Stages> {
  const { realStages } = await import('../../targets/real-stages.js');
  const ask = async () => (await prompts()).terminalAsker(context.signal);
  return realStages(context.interactive ? ask : undefined, trustOptionsOf(options, context));
}

const prompts = () => import('./prompts.js');

/** How consent to what can run code of its own is got. */
export function trustOptionsOf({ trust }: OptionValues, context: CommandContext): TrustOptions {
  const agree = async (fields: readonly TrustField[]) => {
    for (const { where, value } of fields) context.out.progress(`${where}: ${JSON.stringify(value)}`);
    const question =
      'These settings can run code of their own on this computer. Trust them until they change?';
    return (await prompts()).confirm(question, context.signal);
  };
  const given = trust === true;
  return context.interactive ? { given, ask: agree } : { given };
}
