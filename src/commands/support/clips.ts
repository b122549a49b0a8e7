/** What `--play` names, as sound to push: audio files, or raw PCM on standard input. */
import { pcmFromStream } from '../../audio/clip.js';
import { inputError } from '../../diagnostics/errors.js';
import type { LoadedProject } from '../../project/resolve.js';
import type { PcmSource } from '../../protocol/pcm.js';
import type { PlayedClip } from '../../targets/hear.js';
import type { Stages } from '../../targets/stages.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';

/** Of boards that are not known yet. Hz */
export const USUAL_RATE = 16_000;

/** The clips of a command line. */
export interface Clips {
  readonly sources: readonly PlayedClip[];
  /** The same at the rate the device says it takes (its hello); files are read again where that differs. */
  at(rate: number): Promise<readonly PlayedClip[]>;
}

/**
 * All clips of a command line, read before anything is built, so that a mistake costs no time.
 *
 * @param rate Hz, that the device most likely takes
 * @param around files: what is played before and after them
 */
export async function clipsOf(
  paths: readonly string[],
  context: Pick<CommandContext, 'directory' | 'stdin'>,
  stages: Pick<Stages, 'clip'>,
  rate: number,
  around?: Around,
): Promise<Clips> {
  if (paths.filter((path) => path === '-').length > 1)
    throw inputError({
      what: 'standard input can be played only once',
      where: '--play -',
      next: 'give --play - once; clips in files may stand before and after it',
    });
  const read = async (at: number) => {
    const sources: PlayedClip[] = [];
    for (const path of paths)
      sources.push(
        path === '-'
          ? standardInput(context.stdin)
          : await withPadding(await stages.clip(path, context.directory, at), at, around),
      );
    return sources;
  };
  const sources = await read(rate);
  return { sources, at: async (wanted) => (wanted === rate ? sources : read(wanted)) };
}

/** Silence around a clip. ms */
export interface Around {
  readonly leadMs: number;
  readonly tailMs: number;
}

/** What --until-detect judges is played as `evaluate` plays it, so that both come to the same verdict. */
export async function aroundOf(
  { untilDetect, play, lead, tail }: OptionValues,
  project: LoadedProject | undefined,
): Promise<Around | undefined> {
  if (untilDetect === undefined || play === undefined) return undefined;
  const { DEFAULT_TAIL_MS, defaultLeadMs, LEAST_LEAD_MS } = await import('../../evaluate/run.js');
  return {
    leadMs: lead ?? (project === undefined ? LEAST_LEAD_MS : defaultLeadMs(project)),
    tailMs: tail ?? DEFAULT_TAIL_MS,
  };
}

async function withPadding(source: PcmSource, rate: number, around: Around | undefined): Promise<PlayedClip> {
  const { samples } = source;
  if (around === undefined || !(samples instanceof Int16Array)) return source;
  const { padded } = await import('../../evaluate/sound/stage.js');
  const [lead, tail] = [around.leadMs, around.tailMs].map((ms) => Math.round((ms * rate) / 1000));
  const padding = { lead: lead!, tail: tail! };
  return { ...source, samples: padded(samples, padding, rate), leadMs: (padding.lead * 1000) / rate };
}

function standardInput(stdin: CommandContext['stdin']): PcmSource {
  if (stdin.isTTY === true)
    throw inputError({
      what: 'standard input is the keyboard',
      where: '--play -',
      next: 'pipe sound into it: arecord -q -t raw -f S16_LE -r 16000 -c 1 | kws-gen flash --play -',
    });
  return { name: '-', samples: pcmFromStream(stdin as AsyncIterable<Uint8Array | string>) };
}
