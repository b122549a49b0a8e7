/** `kws-gen mic`: how good a board's microphone is. */
import type { Block } from '../capture/quality.js';
import { inputError } from '../diagnostics/errors.js';
import type { Stages } from '../targets/stages.js';
import { hearAudio, withAudioBoard } from './support/audio-board.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { afterwards } from './support/own-firmware.js';
import { TARGET_OPTIONS } from './support/project-options.js';
import { stagesOf } from './support/stages.js';

const USUAL_MS = 5000;
const LONGEST_MS = 600_000;

export const micCommand: Command = {
  name: 'mic',
  summary: 'test a board’s microphone: level, noise, clipping, rate, with a verdict',
  description:
    'Builds firmware that sends what it hears, uploads it, listens for five seconds (--for) and says in words how good the microphone is: level, DC offset, clipping, noise floor, the true sample rate by this computer’s clock, samples that were dropped, the time it takes to settle. Exit code 0: it can be used, 1: it cannot. Speak in between, and be silent in between. --play CLIP plays a recording in its place; a rate is measured only of what comes as it is made. The firmware is for this alone: real boards need flash again afterwards.',
  examples: [
    'kws-gen mic --board arduino-nano-33-ble',
    'kws-gen mic --for 20s --json',
    'kws-gen mic --board virtual-cortex-m4 --play recording.wav',
  ],
  options: [...TARGET_OPTIONS, 'port', 'play', 'for'],
  async run(options, context) {
    return mic(options, context, await stagesOf(options, context));
  },
};

export async function mic(options: OptionValues, context: CommandContext, stages: Stages): Promise<Verdict> {
  const { out, signal } = context;
  const { play = [], for: forMs } = options;
  if ((forMs ?? 0) > LONGEST_MS)
    throw inputError({
      what: 'is longer than a microphone is tested',
      where: '--for',
      next: 'give at most 10m; kws-gen record records for as long as you like',
    });
  if (play.length > 1)
    throw inputError({ what: 'only one sound is tested', where: '--play', next: 'give it once' });
  const [{ AudioTrack }, { micReport }, { micLines }] = await Promise.all([
    import('../capture/track.js'),
    import('../capture/quality.js'),
    import('../capture/lines.js'),
  ]);
  return withAudioBoard<Verdict>(options, context, stages, async ({ aim, device, clips }) => {
    const played = clips.length > 0;
    const track = new AudioTrack();
    const blocks: Block[] = [];
    const { rate, board, build } = device.hello;
    const most = ((played ? (forMs ?? LONGEST_MS) : (forMs ?? USUAL_MS)) * rate) / 1000;
    out.step(played ? 'listening' : 'listening: say something, and be silent for a while');
    await hearAudio(device, {
      clips,
      // Of a microphone that gives nothing there is no end in its sound.
      forMs: played ? forMs : (forMs ?? USUAL_MS) + 2000,
      signal,
      take(event) {
        if (event.t !== 'audio' || (event.clip !== undefined) !== played) return false;
        const piece = track.take(event);
        if (piece !== undefined) blocks.push({ samples: piece.samples, arrivedMs: performance.now() });
        return track.count >= most;
      },
    });
    signal.throwIfAborted();
    const { missing, overrun } = track;
    const live = !played || play[0] === '-';
    const report = micReport({ blocks, rate, live, piledUp: played, missing, overrun });
    out.result({ t: 'mic', board, build, ...report }, [...micLines(report, board), ...afterwards(aim)]);
    return report.passed ? 0 : 1;
  });
}
