/**
 * The programs the tool drives: found, or provided.
 *
 * `checkPrerequisites` says what is there and how to mend what is not; `findPlatformio` and
 * `requirePlatformio` give the PlatformIO to use; `installPlatformio` brings one.
 */
export { cacheFolder } from './cache-folder.js';
export { findPlatformio, requirePlatformio } from './find-platformio.js';
export { installPackages, missingPackages } from './install-packages.js';
export { type InstallOptions, installPlatformio } from './install-platformio.js';
export { checkPrerequisites, type Prerequisite, type PrerequisiteId } from './prerequisites.js';
