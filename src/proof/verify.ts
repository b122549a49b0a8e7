/**
 * A project aimed at a board → the proof that the board hears, computes and decides what the host does: traced firmware
 * built, uploaded, played to, compared, and the board ended.
 *
 * Owns: nothing but the order. Leaves to others: starting boards (`targets/`), the proof itself (`prove.ts`).
 */
import { boardNumbers } from '../boards/board-arithmetic.js';
import { inputError } from '../diagnostics/errors.js';
import type { Aim } from '../targets/aim.js';
import { type OpenBoard, startBoard } from '../targets/boards.js';
import type { Stages } from '../targets/stages.js';
import type { UploadOptions } from '../targets/upload.js';
import { VERSION } from '../version.js';
import { TracedBoard } from './board.js';
import { type ProofClip, prove } from './prove.js';
import type { ProofReport } from './types.js';

export interface VerifyOptions extends UploadOptions {
  /** Over the serial line also where memory is shared. */
  readonly serial?: boolean;
  /** Told before each clip. */
  readonly playing?: (clip: string) => void;
}

/** Rate and arithmetic of the board. @throws KwsError (exit code 2) where the project has no front end */
export function proofNumbers({ project: { frontend }, board }: Aim) {
  if (frontend.kind !== 'none') return boardNumbers(board, frontend);
  throw inputError({
    what: 'the project has no front end, so audio cannot be played to it',
    where: 'kws.json, frontend',
    next: "choose a front end (see 'kws-gen init --help')",
  });
}

/**
 * @param clips at the rate of `proofNumbers`
 * @throws KwsError as the stages do; nothing is left running then
 */
export async function verifyBoard(
  aim: Aim,
  clips: readonly ProofClip[],
  options: VerifyOptions,
  stages: Stages,
): Promise<ProofReport> {
  const numbers = proofNumbers(aim);
  return onTracedBoard(aim, options, stages, (board) => {
    const { project } = aim;
    const subject = { project, board: aim.board, numbers, toolVersion: VERSION };
    const { playing, signal } = options;
    return prove(subject, board, clips, {
      ...(playing === undefined ? {} : { progress: playing }),
      ...(signal === undefined ? {} : { signal }),
    });
  });
}

/** Does `work` with a board that runs traced firmware of the project, and ends it. */
export async function onTracedBoard<T>(
  aim: Aim,
  options: VerifyOptions,
  stages: Stages,
  work: (board: TracedBoard) => Promise<T>,
): Promise<T> {
  let open: OpenBoard | undefined;
  try {
    open = await startBoard({ ...aim, trace: true }, options, stages);
    const board = await TracedBoard.open(open.device, options.serial);
    const result = await work(board);
    await board.off();
    return result;
  } finally {
    await open?.stop();
  }
}
