/** Reads mutated files by their seeds and reports each; argv: first seed, end of time, megabytes. */
import { decodeAudio } from '../../dist/audio/decode.js';
import { KwsError } from '../../dist/diagnostics/errors.js';
import { readNpy } from '../../dist/files/npy.js';
import { parseKwsFile } from '../../dist/project/parse.js';
import { readManifest } from '../../dist/readers/microwakeword.js';
import { readModel } from '../../dist/readers/read-model.js';
import { mutated, seedFiles } from './model-files.mjs';

const [first, until, most] = process.argv.slice(2).map(Number);
const tell = (message) => new Promise((resolve) => process.send(message, resolve));
const files = seedFiles();

const text = (bytes) => new TextDecoder().decode(bytes);

/** Readers of what is no model. */
const OTHERS = {
  FLAC: ({ bytes, name }) => decodeAudio(bytes, name),
  WAV: ({ bytes, name }) => decodeAudio(bytes, name),
  NumPy: ({ bytes, name }) => readNpy(bytes, name),
  manifest: ({ bytes, name }) => readManifest(text(bytes), name),
  'kws.json': ({ bytes, name }) => parseKwsFile(text(bytes), name),
};

const model = ({ bytes, name, beside }) =>
  readModel(bytes, name, async (path) => {
    if (Object.hasOwn(beside, path)) return beside[path];
    throw new KwsError([{ what: 'is missing', where: path }], 2);
  });

async function outcomeOf(file) {
  try {
    await (OTHERS[file.format] ?? model)(file);
    return 'read';
  } catch (error) {
    if (error instanceof KwsError && error.exitCode === 2) return 'refused';
    throw error;
  }
}

/** The most there ever was: what an input took and gave back counts, too. */
const megabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);

for (let seed = first; Date.now() < until; seed += 1) {
  await tell({ next: seed });
  const one = mutated(files, seed);
  const started = Date.now();
  try {
    const outcome = await outcomeOf(one);
    const used = megabytes();
    await tell({ format: one.format, outcome, milliseconds: Date.now() - started, megabytes: used });
    if (used > most) {
      await tell({ failure: `took the process to ${used} MB; ${most} are allowed` });
      break;
    }
  } catch (error) {
    await tell({ failure: String(error?.stack ?? error).slice(0, 2000) });
    break;
  }
}
process.disconnect();
