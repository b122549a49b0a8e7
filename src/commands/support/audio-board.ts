/**
 * A board with firmware that sends what it hears, for `mic` and `record`.
 *
 * Owns: that it is asked for its audio and asked to stop, the end by time and by Ctrl-C. Leaves to others: what becomes
 * of the sound (`capture/`).
 */
import { inputError } from '../../diagnostics/errors.js';
import type { Aim } from '../../targets/aim.js';
import { type HeardEvent, hear, type PlayedClip, soundOf } from '../../targets/hear.js';
import type { Device } from '../../targets/open.js';
import type { Stages } from '../../targets/stages.js';
import { type Clips, clipsOf, USUAL_RATE } from './clips.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';
import { inOwnFolder } from './own-firmware.js';
import { aimOf } from './project-options.js';
import { progressOf, showAim, uploadingText } from './show-build.js';

export interface AudioBoard {
  readonly aim: Aim;
  readonly device: Device;
  readonly clips: readonly PlayedClip[];
}

/** Builds the firmware, uploads it, does `work` with the board, and ends it. */
export async function withAudioBoard<T>(
  options: OptionValues,
  context: CommandContext,
  stages: Stages,
  work: (board: AudioBoard) => Promise<T>,
): Promise<T> {
  const { withAudio } = await import('../../targets/aim.js');
  const aim = withAudio(await aimOf(options, context));
  const { frontend } = aim.project;
  if (frontend.kind === 'none')
    throw inputError({
      what: 'the project has no front end, so its firmware has no microphone',
      where: 'kws.json, frontend',
      next: "choose a front end (see 'kws-gen init --help')",
    });
  const clips: Clips = await clipsOf(options.play ?? [], context, stages, USUAL_RATE);
  if (clips.sources.length === 0 && aim.board.microphone === null)
    throw inputError({
      what: 'this board has no microphone',
      where: aim.board.name,
      next: '--play CLIP plays a recording to it, --play - what another program records',
    });
  showAim(aim, context.out);
  const { startBoard } = await import('../../targets/boards.js');
  return inOwnFolder(options, context, async (folder) => {
    const upload = {
      ...progressOf(context.out, context.signal),
      folder,
      uploading: () => context.out.step(uploadingText(aim)),
    };
    const board = await startBoard(aim, upload, stages);
    try {
      const { device } = board;
      return await work({ aim, device, clips: await clips.at(device.hello.rate) });
    } finally {
      await board.stop();
    }
  });
}

export interface AudioHearing {
  readonly clips: readonly PlayedClip[];
  /** The clips are heard by an emulated microphone. */
  readonly aloud?: boolean | undefined;
  /** Ends it. */
  readonly forMs?: number | undefined;
  readonly signal: AbortSignal;
  /** True: enough was heard. */
  take(event: HeardEvent): boolean | undefined;
}

/**
 * Everything that the board hears and says, until the last clip's end, the time, or Ctrl-C.
 * @throws KwsError (exit code 3) as `hear` does
 */
export async function hearAudio(
  { session, ...device }: Device,
  { clips, aloud = false, forMs, signal, take }: AudioHearing,
): Promise<void> {
  let over = false;
  const finish = () => {
    over = true;
    // Whoever iterates is woken; the session asks for no more audio when it closes.
    void session.close();
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', finish, { once: true });
  const timer = forMs === undefined ? undefined : setTimeout(finish, forMs);
  const on = () => session.command('audio on');
  try {
    if (aloud) soundOf(device);
    else if (clips.length > 0) await on();
    const hearing = { listening: on, ...(aloud ? { aloud: clips } : {}) };
    for await (const event of hear({ session, ...device }, aloud ? [] : clips, hearing)) {
      if (over) break;
      if (take(event) === true) break;
    }
  } catch (error) {
    if (!over) throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', finish);
    await session.close();
  }
}
