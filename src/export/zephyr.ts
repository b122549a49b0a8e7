/** A module of Zephyr: https://docs.zephyrproject.org/latest/develop/modules.html */
import { type ListenerInput, listenerParts } from '../emit/listener.js';
import { fillTemplate } from '../emit/templates.js';
import {
  cmakeSources,
  commonFiles,
  type ExportedFiles,
  heardLabels,
  libraryName,
  lineText,
} from './support.js';

/** Audio comes in blocks of so many milliseconds. */
const BLOCK_MS = 20;

export function zephyrModule(input: ListenerInput): ExportedFiles {
  const { project, board, toolVersion } = input;
  const parts = listenerParts(input);
  const { files, ...lists } = cmakeSources(parts);
  const name = libraryName(project);
  const values = {
    toolVersion,
    ...{ name, option: name.toUpperCase() },
    project: lineText(project.name),
    labels: lineText(heardLabels(input)),
    board: lineText(board.name),
    rate: parts.captureRate,
    block: Math.round((parts.captureRate * BLOCK_MS) / 1000),
    ...lists,
  };
  const fill = (template: string) => fillTemplate(template, values, 'export');
  return new Map([
    ...commonFiles(input, parts, 'zephyr-module'),
    ...files,
    ['zephyr/module.yml', fill('zephyr/module.yml')],
    ['zephyr/CMakeLists.txt', fill('zephyr/CMakeLists.txt')],
    ['zephyr/Kconfig', fill('zephyr/Kconfig')],
    ['samples/listen/CMakeLists.txt', fill('zephyr/sample.cmake')],
    ['samples/listen/prj.conf', fill('zephyr/prj.conf')],
    ['samples/listen/src/main.cpp', fill('zephyr/main.cpp')],
  ]);
}
