/** `kws-gen record`: what a board hears, as files, with a clip of everything that it detects or nearly does. */
import { join, relative, resolve } from 'node:path';
import type { WatchedLabel } from '../capture/moments.js';
import { inputError } from '../diagnostics/errors.js';
import type { LoadedProject } from '../project/resolve.js';
import { type SessionModel, sessionNext, sessionStart } from '../targets/session-model.js';
import type { Stages } from '../targets/stages.js';
import { hearAudio, withAudioBoard } from './support/audio-board.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { afterwards } from './support/own-firmware.js';
import { refuseExisting } from './support/paths.js';
import { cutoffsOf, TARGET_OPTIONS } from './support/project-options.js';
import { eventView } from './support/show-events.js';
import { stagesOf } from './support/stages.js';
import { checkAloud } from './support/stream.js';
import { checkWebOptions, openPages, webRequest } from './support/web-pages.js';

const BEFORE_MS = 2000;
const AFTER_MS = 500;
const USUAL_NEAR = 0.5;
const INDEX = 'record.json';

export const recordCommand: Command = {
  name: 'record',
  argument: { name: 'folder', required: true, description: 'new folder for the recordings' },
  summary: 'record what a board hears, with a clip of every detection and near miss',
  description:
    'Builds firmware that sends what its microphone hears while it classifies, uploads it, and writes all of it as WAV, or with --flac as FLAC: one file per session (session-1.wav), and a clip of each detection (heard/LABEL/) and of each near miss (near/LABEL/), two seconds before it and half a second after, ready for evaluate, test and training once you have listened to them. record.json says what each of them is. Ctrl-C or --for ends it. Samples that were lost are counted, and told. Only this firmware sends audio, and only while it is asked to; real boards need flash again afterwards.',
  examples: [
    'kws-gen record kitchen/ --board arduino-nano-33-ble --for 1h',
    'kws-gen record misses/ --near 0.3',
    'kws-gen record out/ --board virtual-cortex-m4 --play evening.wav',
  ],
  options: [
    ...TARGET_OPTIONS,
    'port',
    'play',
    'aloud',
    'for',
    'near',
    'flac',
    'force',
    'web',
    'webPort',
    'webFile',
  ],
  async run(options, context, folder) {
    return record(options, context, folder!, await stagesOf(options, context));
  },
};

export async function record(
  options: OptionValues,
  context: CommandContext,
  named: string,
  stages: Stages,
): Promise<Verdict> {
  checkWebOptions(options);
  checkAloud(options);
  const { out, directory, signal } = context;
  const folder = resolve(directory, named);
  const index = join(folder, INDEX);
  // Of a recording that was ended by force there is no list, and its sound is not written over.
  const format = options.flac === true ? 'flac' : 'wav';
  const sessions = ['wav', 'flac'].flatMap((ending) => [`session-1.${ending}`, `session-1.${ending}.part`]);
  const earlier = [INDEX, 'heard', 'near', ...sessions];
  const paths = earlier.map((name) => join(folder, name));
  refuseExisting(paths, {
    ...{ directory, force: options.force, option: 'the folder' },
    next: 'record into another folder, or with --force into this one: recordings of the same name are replaced, others stay',
  });
  const [{ MomentFinder }, { Recorder }, { writeTogether }] = await Promise.all([
    import('../capture/moments.js'),
    import('../capture/recorder.js'),
    import('../files/write-together.js'),
  ]);
  return withAudioBoard<Verdict>(options, context, stages, async ({ aim, device, clips }) => {
    const { hello } = device;
    const { rate, board, build } = hello;
    const finder = new MomentFinder(watchedLabels(aim.project, options.near ?? USUAL_NEAR));
    const recorder = new Recorder({ folder, rate, format, beforeMs: BEFORE_MS, afterMs: AFTER_MS });
    const terminal = eventView(out, hello);
    const web = webRequest(options, directory);
    const pages = await openPages(device, { web, cutoffs: cutoffsOf(aim.project) }, context);
    const view = pages?.beside(terminal) ?? terminal;
    let shown = 0;
    const showRecordings = () => {
      for (const clip of recorder.clips.slice(shown)) pages?.recorded(clip, join(folder, clip.file));
      shown = recorder.clips.length;
    };
    const played = clips.length > 0 && options.aloud !== true;
    let model: SessionModel = sessionStart(hello);
    const ended = () => {
      for (const moment of finder.end()) recorder.moment(moment);
      recorder.end();
      finder.reset();
      showRecordings();
    };
    out.step('recording; Ctrl-C ends it');
    let failure: unknown;
    try {
      await hearAudio(device, {
        clips,
        aloud: options.aloud,
        forMs: options.for,
        signal,
        take(event) {
          if (event.t === 'audio') {
            if ((event.clip !== undefined) === played) recorder.audio(event);
            showRecordings();
            return false;
          }
          model = sessionNext(model, event);
          view.show(event, model);
          if (event.t === 'score') for (const moment of finder.score(event)) recorder.moment(moment);
          if (event.t === 'detect') recorder.moment(finder.detection(event));
          if (event.t === 'end') ended();
          // It counts anew, and sends no audio unless it is asked again.
          return event.t === 'hello';
        },
      });
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      view.close();
      ended();
      await pages?.close(!signal.aborted, failure);
    }
    const { sessions, clips: cut } = recorder;
    const summary = { board, build, rate, sessions, clips: cut };
    await writeTogether(new Map([[index, `${JSON.stringify({ version: 1, ...summary }, null, 2)}\n`]]));
    for (const { file, missing, overrun } of sessions.filter((one) => one.missing + one.overrun > 0))
      out.warn({
        what: `${missing + overrun} samples are missing`,
        where: file,
        why: `${missing} were lost on the serial line (silence in the file), ${overrun} found no room on the board`,
        next: 'connect the board directly; a larger hop or a faster board drops none',
      });
    if (model.restarts > 0)
      out.warn({
        what: 'the board restarted, which ended the recording',
        next: 'record again into another folder',
      });
    const count = (kind: string) => cut.filter((one) => one.kind === kind).length;
    const seconds = sessions.reduce((sum, { samples }) => sum + samples, 0) / rate;
    const path = relative(directory, folder) || '.';
    out.result({ t: 'record', folder: path, ...summary }, [
      `${seconds.toFixed(1)} s in ${sessions.length === 1 ? '1 file' : `${sessions.length} files`}, ${count('heard')} detections, ${count('near')} near misses`,
      `Written: ${join(path, INDEX)}`,
      ...afterwards(aim),
    ]);
    return 0;
  });
}

/** What wake-word models detect, and from where on it is a near miss. */
function watchedLabels({ models, gate }: LoadedProject, near: number): readonly WatchedLabel[] {
  if (near === 0)
    throw inputError({
      what: 'every sound would be a near miss',
      where: '--near 0',
      next: 'give it such as 0.5',
    });
  return models
    .filter(({ name }) => name !== gate)
    .flatMap(({ name, labels, detector }) =>
      detector.targets.map((output) => ({
        model: name,
        label: labels[output]!,
        output,
        nearFrom: near * detector.cutoff,
      })),
    );
}
