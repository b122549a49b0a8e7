/**
 * A model by its name or address → its files on this computer.
 *
 * Owns: how names and `github://` become addresses, which files belong together, where they are kept. Leaves to others:
 * the download, what is in the files.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inputError, KwsError } from '../diagnostics/errors.js';
import { cacheFolder } from '../files/cache-folder.js';
import { writeTogether } from '../files/write-together.js';
import { isManifest, readManifest } from '../readers/microwakeword.js';
import { printable } from '../text/text.js';
import { download, type Network } from './download.js';

/** A file that came from the internet. */
interface RemoteFile {
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface RemoteModel {
  /** Of the manifest, or of the model itself where there is none. */
  readonly path: string;
  /** What was downloaded now. */
  readonly files: readonly RemoteFile[];
  /** Set where nothing could be downloaded and the files kept from last time are taken: why. */
  readonly kept?: string;
}

export interface RemoteOptions {
  readonly network: Network;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** Where ESPHome looks a bare name up. */
const COLLECTION = 'https://raw.githubusercontent.com/esphome/micro-wake-word-models/main/models/v2';
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * What a source stands for: `https://…` itself; `github://OWNER/REPOSITORY/PATH@REF`, as ESPHome writes it; a bare name
 * of the microWakeWord collection.
 *
 * @returns undefined for anything else: a path
 * @throws KwsError (exit code 2) for addresses that are not followed
 */
export function modelAddress(source: string): string | undefined {
  if (/^https:\/\//i.test(source)) return source;
  const github = /^github:\/\/([\w.-]+)\/([\w.-]+)\/([\w./ -]+?)(?:@([\w./-]+))?$/.exec(source);
  if (github !== null) {
    const [, owner, repository, path, ref = 'main'] = github;
    return `https://raw.githubusercontent.com/${owner}/${repository}/${ref}/${encodeURI(path!)}`;
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source))
    throw inputError({
      what: 'is no address that is followed',
      where: printable(source),
      next: 'give https://…, github://OWNER/REPOSITORY/PATH@REF, or a file',
    });
  return /^[a-z0-9_]{2,60}$/.test(source) ? `${COLLECTION}/${source}.json` : undefined;
}

/**
 * Downloads a model, with its manifest where the address is one's. What was downloaded before is taken where the network
 * fails.
 *
 * @throws KwsError as `download` does; exit code 2 for a manifest that cannot be read
 */
export async function fetchModel(address: string, options: RemoteOptions): Promise<RemoteModel> {
  const { network, signal, env } = options;
  const first = fileName(address, address);
  const folder = join(
    cacheFolder(env),
    'models',
    createHash('sha256').update(address).digest('hex').slice(0, 16),
  );
  const path = join(folder, first);
  try {
    const got = new Map<string, { readonly url: string; readonly content: Uint8Array }>();
    const fetchFile = async (name: string, url: string): Promise<Uint8Array> => {
      const content = await download(url, { network, most: MOST_BYTES, signal });
      got.set(name, { url, content });
      return content;
    };
    const text = new TextDecoder().decode((await fetchFile(first, address)).subarray(0, 64 * 1024 + 1));
    if (isManifest(text)) {
      const { model } = readManifest(text, first);
      const url = new URL(model, address).href;
      const name = fileName(url, address);
      if (name !== model || name === first)
        throw inputError({
          what: `names its model ${JSON.stringify(printable(model))}`,
          where: printable(address),
          why: 'of a manifest on the internet only a file beside it is taken',
          next: 'download both by hand and name the manifest',
        });
      await fetchFile(name, url);
    }
    const files = [...got].map(([name, { url, content }]) => ({
      ...{ name, url, bytes: content.length },
      sha256: createHash('sha256').update(content).digest('hex'),
    }));
    const contents = new Map([...got].map(([name, { content }]) => [join(folder, name), content] as const));
    await writeTogether(contents, 'another cache folder with KWS_CACHE_DIR');
    return { path, files };
  } catch (error) {
    if (!(error instanceof KwsError) || error.exitCode !== 3 || !existsSync(path)) throw error;
    return { path, files: [], kept: error.problems[0]?.why ?? error.message };
  }
}

/** The last part of an address, as a file name of any system. */
function fileName(url: string, where: string): string {
  const name = URL.canParse(url) ? (new URL(url).pathname.split('/').at(-1) ?? '') : '';
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  throw inputError({
    what: 'does not end in a plain file name',
    where: printable(where),
    next: 'download it by hand and name the file',
  });
}
