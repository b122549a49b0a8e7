/** The commands, in the order in which `kws-gen --help` lists them. */
import { boardsCommand } from './boards.js';
import { buildCommand } from './build.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { exportCommand } from './export.js';
import { featuresCommand } from './features.js';
import { flashCommand } from './flash.js';
import { initCommand } from './init.js';
import { inspectCommand } from './inspect.js';
import { micCommand } from './mic.js';
import { monitorCommand } from './monitor.js';
import { portsCommand } from './ports.js';
import { profileCommand } from './profile.js';
import { quantizeCommand } from './quantize.js';
import { recordCommand } from './record.js';
import { renderCommand } from './render.js';
import type { Command } from './support/command.js';
import { testCommand } from './test.js';
import { trainCommand } from './train.js';
import { tuneCommand } from './tune.js';
import { verifyCommand } from './verify.js';

export const COMMANDS: readonly Command[] = [
  trainCommand,
  initCommand,
  inspectCommand,
  quantizeCommand,
  featuresCommand,
  evaluateCommand,
  tuneCommand,
  testCommand,
  boardsCommand,
  portsCommand,
  doctorCommand,
  renderCommand,
  exportCommand,
  buildCommand,
  flashCommand,
  monitorCommand,
  micCommand,
  recordCommand,
  verifyCommand,
  profileCommand,
];
