/** The commands, in the order in which `kws-gen --help` lists them. */
import { boardsCommand } from './boards.js';
import type { Command } from './command.js';
import { portsCommand } from './ports.js';

export const COMMANDS: readonly Command[] = [boardsCommand, portsCommand];
