/** Firmware project → built, uploaded, running. Drives PlatformIO, compilers and QEMU. */
export { DoesNotFitError } from './build-errors.js';
export type { MemoryKind, Overflow } from './build-log.js';
export { type FolderLockOptions, lockFolder } from './folder-lock.js';
export { type FirmwareOptions, startFirmware } from './on-chip.js';
export {
  type BuildOptions,
  buildFirmware,
  type PackageTool,
  runPackageTool,
  type StartOptions,
  startVirtual,
  type UploadOptions,
  uploadFirmware,
} from './platformio.js';
export * from './toolchain.js';
export type {
  BuildProgress,
  BuildReport,
  MemoryUse,
  PlatformioInstallation,
  VirtualState,
} from './types.js';
export {
  claimVirtual,
  cleanUpVirtual,
  releaseVirtual,
  stopVirtual,
  virtualState,
  virtualStateFolder,
} from './virtual.js';
