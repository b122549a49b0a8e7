/** Boards: data files in, checked and resolved boards out. */

export { type BoardNumbers, boardNumbers } from './board-arithmetic.js';
export { parseBoard } from './board-files.js';
export {
  CORES,
  type Core,
  coreTarget,
  INSTRUCTION_SETS,
  type InstructionSet,
  type Target,
  targetOf,
} from './cores.js';
export type { HalKind } from './hal.js';
export { halDefines } from './hal-defines.js';
export { BOARDS_FOLDER, type Boards, findBoard, loadBoards, projectBoards } from './load.js';
export { boardJsonSchema } from './schema.js';
export {
  TFLM_LIBRARIES,
  type TflmGeneration,
  type TflmLibrary,
  type TflmLibraryId,
} from './tflm-libraries.js';
export { realBoard, resolveTwin } from './twin.js';
export { type Emulate, twinKindOf } from './twin-kinds.js';
export {
  type Board,
  type BoardFile,
  boardFileSchema,
  type Microphone,
  type Notice,
  type ResolvedBoard,
  type VerificationLevel,
} from './types.js';
