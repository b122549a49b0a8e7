/**
 * The programs the tool drives: found, or provided.
 *
 * `checkPrerequisites` says what is there and how to mend what is not; `findPlatformio` and
 * `requirePlatformio` give the PlatformIO to use; `installPlatformio` brings one.
 */
export { cacheFolder } from '../files/cache-folder.js';
export { findPlatformio, requirePlatformio } from './find-platformio.js';
export { installPackages, missingPackages } from './install-packages.js';
export { installPlatformio } from './install-platformio.js';
export { type LeftOver, leftOver } from './left-over.js';
export {
  type BoardNeeds,
  checkPrerequisites,
  type Prerequisite,
  type PrerequisiteId,
} from './prerequisites.js';
export type { InstallOptions } from './python-venv.js';
