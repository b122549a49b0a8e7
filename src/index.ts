/**
 * The public API: the same functions the command line is made of, stage by stage in the order a model
 * takes; see docs/architecture.md. Nothing here prints or exits; what goes wrong is a `KwsError`.
 */

export { type Artifact, readArtifact } from './artifacts/read.js';
export { type Clip, loadClip, openClip } from './audio/clip.js';
export { type Bench, type BenchBoard, benchTrust, chooseBoards, loadBench } from './bench/load.js';
export { openBenchBoard } from './bench/open.js';
export * from './boards/index.js';
export { type Block, type MicInput, type MicReport, micReport } from './capture/quality.js';
export { AudioTrack, type Piece } from './capture/track.js';
export { createDetector, type Detection, type Detector } from './detector/detector.js';
export {
  DETECTOR_PRESETS,
  type DetectorPreset,
  type DetectorSettings,
  type DetectorTiming,
  detectorSpec,
} from './detector/settings.js';
export type { DetectorSpec } from './detector/spec.js';
export { type ExitCode, formatProblem, KwsError, type Problem } from './diagnostics/errors.js';
export { type RenderInput, type RenderOptions, renderProject } from './emit/project.js';
export type { FirmwareFile, FirmwareProject } from './emit/types.js';
export { type WriteReport, writeProject } from './emit/write.js';
export { type ClipFile, findClips, findPositives, type PositiveFile } from './evaluate/clips.js';
export { createDeviceRecorder, type DeviceRecorder } from './evaluate/device/record.js';
export type * from './evaluate/device/types.js';
export { type Evaluation, evaluate } from './evaluate/evaluate.js';
export { createHostRun, type HostEvent, type HostRun, runClip } from './evaluate/host-run.js';
export { type TuneOptions, type Tuning, tune } from './evaluate/tune/tune.js';
export type * from './evaluate/types.js';
export { EXPORT_KINDS, type ExportedFiles, type ExportKind, exportLibrary } from './export/export.js';
export { writeFolder as writeExportFolder, writeZip as writeExportZip } from './export/write.js';
export { type NpyArray, readNpy, writeNpy } from './files/npy.js';
export { clipFeatures } from './frontend/clip.js';
export { type Comparison, compareFeatures } from './frontend/compare/compare.js';
export { createFrontend, type Frame, type Frontend } from './frontend/frontend.js';
export { inputValues, modelInput } from './frontend/input.js';
export { createMicroFrontend, type MicroFrontend } from './frontend/micro/frontend.js';
export { FRONTEND_PRESETS, type FrontendPreset } from './frontend/presets.js';
export { floatFeature, quantizeFeature, quantizeFrame } from './frontend/quantize.js';
export { describeDifference, parseFrontendSpec } from './frontend/schema.js';
export {
  type Arithmetic,
  type AudioFrontendSpec,
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
export type { Runtime } from './model/runtime.js';
export type * from './model/types.js';
export { firmwareModel } from './passes/firmware-model.js';
export { simplifyModel } from './passes/simplify.js';
export { planModel } from './plan/plan.js';
export type { ModelPlan } from './plan/types.js';
export * from './platformio/index.js';
export { type CopiedExample, copyExample, type Example, listExamples } from './project/examples.js';
export { type LoadOptions, loadProject } from './project/load.js';
export { type OpenerListener, openProjectModel } from './project/open-model.js';
export type { LoadedProject, ModelOpener } from './project/resolve.js';
export type { ResolvedModel, ResolvedProject } from './project/types.js';
export { proofLines } from './proof/lines.js';
export { type ProfileReport, profileBoard } from './proof/profile.js';
export { profileLines, profilePage } from './proof/profile-text.js';
export { type ProofClip, prove } from './proof/prove.js';
export type { KernelTest } from './proof/self-test.js';
export type * from './proof/types.js';
export { verifyBoard } from './proof/verify.js';
export type { AudioLinkLocation } from './protocol/audio-link.js';
export type * from './protocol/events.js';
export type { PcmSource } from './protocol/pcm.js';
export type { PortInfo } from './protocol/port-info.js';
export { listPorts } from './protocol/ports.js';
export { openSession, type Session, type SessionOptions } from './protocol/session.js';
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
export { type MicroWakeWordManifest, readManifest } from './readers/microwakeword.js';
export { openModel, readModel } from './readers/read-model.js';
export type { Siblings } from './readers/siblings.js';
export { createEngine, type Engine, type EngineOptions, type TypedArray } from './reference/engine.js';
export { checksOf } from './suite/checks.js';
export { judgeAll } from './suite/judge.js';
export { type LoadSuiteOptions, loadSuite } from './suite/load.js';
export { junitXml } from './suite/report/junit.js';
export { suitePage } from './suite/report/page.js';
export {
  type Place,
  type PlaceBoards,
  type Tested,
  type TestOptions,
  testSuite,
} from './suite/test-suite.js';
export type * from './suite/types.js';
export { type Aim, type AimOptions, aimAt, withAudio } from './targets/aim.js';
export {
  type FoundOptions,
  type OpenBoard,
  type OpenBoards,
  openBoard,
  openRunningBoard,
  type RunningOptions,
  type StartOptions as BoardOptions,
  startBoard,
  startBoards,
} from './targets/boards.js';
export { type Comparison as ClipComparison, compare as compareSaid } from './targets/compare.js';
export { type HeardEvent, type HearOptions, hear, type PlayedClip, saidOf } from './targets/hear.js';
export { ICOUNT, instructionsOf } from './targets/measure.js';
export type { Device } from './targets/open.js';
export { realStages } from './targets/real-stages.js';
export type * from './targets/said.js';
export { type SessionModel, type ShownModel, sessionNext, sessionStart } from './targets/session-model.js';
export type { BuildSummary, Progress, Running, Stages } from './targets/stages.js';
export { buildAndUpload, type Uploaded } from './targets/upload.js';
export { writeModel } from './tflite/build.js';
export { type Checked, type CheckOptions, checkTraining } from './train/check.js';
export { findTrainingEngine, installTrainingEngine, type TrainingEngine } from './train/engine.js';
export { type TrainOptions, train } from './train/train.js';
export type * from './train/types.js';
export { type NumberKind, numberKind, requireInt8 } from './verify/int8.js';
export { VERSION } from './version.js';
