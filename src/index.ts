/**
 * The public API: the same functions the command line is made of, stage by stage in the order a model
 * takes; see docs/architecture.md. Nothing here prints or exits; what goes wrong is a `KwsError`.
 */

export { type Clip, loadClip, openClip } from './audio/clip.js';
export * from './boards/index.js';
export * from './build/index.js';
export { createDetector, type Detection, type Detector } from './detector/detector.js';
export {
  DETECTOR_PRESETS,
  type DetectorPreset,
  type DetectorSettings,
  type DetectorTiming,
  detectorSpec,
} from './detector/settings.js';
export type { DetectorSpec } from './detector/spec.js';
export type { AudioLinkLocation } from './device/audio-link.js';
export type * from './device/events.js';
export type { PcmSource } from './device/pcm.js';
export { listPorts, type PortInfo } from './device/ports.js';
export { openSession, type Session, type SessionOptions } from './device/session.js';
export { type ExitCode, formatProblem, KwsError, type Problem } from './diagnostics/errors.js';
export { type RenderInput, type RenderOptions, renderProject } from './emit/project.js';
export type { FirmwareFile, FirmwareProject } from './emit/types.js';
export { type WriteReport, writeProject } from './emit/write.js';
export { type ClipFile, findClips, findPositives, type PositiveFile } from './evaluate/clips.js';
export type { Device } from './evaluate/device/player.js';
export { createDeviceRecorder, type DeviceRecorder } from './evaluate/device/record.js';
export type * from './evaluate/device/types.js';
export { type Evaluation, evaluate } from './evaluate/evaluate.js';
export { createHostRun, type HostEvent, type HostRun, runClip } from './evaluate/host-run.js';
export { type TuneOptions, type Tuning, tune } from './evaluate/tune/tune.js';
export type * from './evaluate/types.js';
export { type NpyArray, readNpy, writeNpy } from './files/npy.js';
export { clipFeatures } from './frontend/clip.js';
export { type Comparison, compareFeatures } from './frontend/compare/compare.js';
export { createFrontend, type Frame, type Frontend } from './frontend/frontend.js';
export { inputValues, modelInput } from './frontend/input.js';
export { createMicroFrontend, type MicroFrontend } from './frontend/micro/frontend.js';
export { floatFeature, quantizeFeature, quantizeFrame } from './frontend/quantize.js';
export { describeDifference, parseFrontendSpec } from './frontend/schema.js';
export {
  type Arithmetic,
  type AudioFrontendSpec,
  FRONTEND_PRESETS,
  type FrontendPreset,
  type FrontendSpec,
  frameChannels,
  frameSamples,
  frontendHash,
  type MicroFrontendSpec,
  type NoFrontendSpec,
  type SpectralFrontendSpec,
  stepMs,
} from './frontend/spec.js';
export { describedModel, ModelBuilder, type ModelDescription } from './model/builder.js';
export { inspectModel, type ModelSummary } from './model/inspect.js';
export type * from './model/types.js';
export { simplifyModel } from './passes/simplify.js';
export { planModel } from './plan/plan.js';
export type { ModelPlan } from './plan/types.js';
export { type CopiedExample, copyExample, type Example, listExamples } from './project/examples.js';
export { type LoadOptions, loadProject } from './project/load.js';
export type { LoadedProject } from './project/resolve.js';
export type { ResolvedModel, ResolvedProject, Runtime } from './project/types.js';
export { calibrate } from './quantize/calibrate.js';
export { quantizeFromSources, type SourceRequest } from './quantize/from-sources.js';
export { type ManifestSettings, microWakeWordManifest } from './quantize/manifest.js';
export { quantizeModel } from './quantize/quantize.js';
export { reportPage } from './quantize/report/html.js';
export type { OutputPair, QuantizationReport } from './quantize/report/types.js';
export { type NamedSet, type QuantizeRun, type RunOptions, runQuantizer } from './quantize/run.js';
export { loadCalibration, type SourceOptions } from './quantize/sources/load.js';
export {
  type CalibrationClip,
  type CalibrationSet,
  calibrationInputs,
} from './quantize/sources/types.js';
export type {
  CalibrationInput,
  CalibrationMethod,
  CalibrationOptions,
  QuantizedModel,
  QuantizeOptions,
  Range,
  Ranges,
} from './quantize/types.js';
export { openModel, readModel } from './readers/index.js';
export { type MicroWakeWordManifest, readManifest } from './readers/microwakeword.js';
export type { Siblings } from './readers/siblings.js';
export { createEngine, type Engine, type EngineOptions, type TypedArray } from './reference/engine.js';
export { writeModel } from './tflite/build.js';
export { VERSION } from './version.js';
