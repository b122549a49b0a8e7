/**
 * One file from the internet, into memory.
 *
 * Owns: what is followed (https, public addresses, few redirects), how much and how long. A name is resolved once, and
 * the address that was checked is the one that is connected to. Leaves to others: what the bytes are, keeping them.
 */
import { inputError, type KwsError, type Problem, toolError } from '../diagnostics/errors.js';
import { printable } from '../text/text.js';
import { isPublicAddress } from './address.js';

/** The answer to one request. */
interface Answer {
  readonly status: number;
  /** Where a redirect leads. */
  readonly location?: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What of the machine is needed; tests have one of their own. */
export interface Network {
  /** Every address of a host. */
  resolve(host: string): Promise<readonly string[]>;
  /** One GET, connected to that address; follows nothing. */
  get(url: URL, address: string, signal: AbortSignal): Promise<Answer>;
}

export interface DownloadOptions {
  readonly network: Network;
  /** Largest body, in bytes. */
  readonly most: number;
  /** For all of it. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const MOST_REDIRECTS = 5;
const TIMEOUT_MS = 60_000;
const BY_HAND = 'download it by hand and name the file';

/**
 * @throws KwsError: exit code 2 for an address that is not followed, is not there, or has too much; 3 where the network
 *   does not do it. An abort throws its reason
 */
export async function download(from: string, options: DownloadOptions): Promise<Uint8Array> {
  const { most, network, timeoutMs = TIMEOUT_MS } = options;
  const limit = AbortSignal.timeout(timeoutMs);
  const over = new AbortController();
  const signal = AbortSignal.any([
    limit,
    over.signal,
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  let url = checkedUrl(from, from);
  try {
    for (let redirects = 0; ; redirects++) {
      const address = await unlessAborted(addressOf(url, network, from), signal);
      const answer = await network.get(url, address, signal);
      if (answer.status < 300 || answer.status > 399 || answer.location === undefined)
        return await bodyOf(answer, most, from, signal);
      if (redirects === MOST_REDIRECTS)
        throw refused(from, { what: `leads on more than ${MOST_REDIRECTS} times` });
      url = checkedUrl(new URL(answer.location, url).href, from);
    }
  } catch (cause) {
    options.signal?.throwIfAborted();
    if ((cause as KwsError).name === 'KwsError') throw cause;
    const why = limit.aborted ? `it took more than ${timeoutMs / 1000} s` : (cause as Error).message;
    throw toolError(
      {
        what: 'could not be downloaded',
        where: printable(from),
        why: printable(why),
        next: `check the connection, or ${BY_HAND}`,
      },
      { cause },
    );
  } finally {
    // Whatever of an answer nobody reads.
    over.abort();
  }
}

/** A resolver cannot be interrupted; whoever waits for it can. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
    work.then(resolve, reject);
  });
}

const refused = (from: string, problem: Omit<Problem, 'where'>) =>
  inputError({ next: BY_HAND, ...problem, where: printable(from) });

/** Only what is encrypted, at the usual port, and carries no password. */
function checkedUrl(text: string, from: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.port === '' && url.username === '' && url.password === '') return url;
  throw refused(from, {
    what: text === from ? 'is no address that is followed' : `leads to ${printable(text.slice(0, 200))}`,
    why: 'only https:// is, without a port and a password',
  });
}

async function addressOf(url: URL, network: Network, from: string): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await network.resolve(host);
  const wrong = addresses.find((address) => !isPublicAddress(address));
  if (wrong !== undefined)
    throw refused(from, {
      what: host === wrong ? `leads to ${host}` : `leads to ${printable(host)}, which is ${printable(wrong)}`,
      why: 'that is no address of the public internet',
    });
  const [first] = addresses;
  if (first === undefined) throw new Error(`${host} has no address`);
  return first;
}

async function bodyOf(
  { status, body }: Answer,
  most: number,
  from: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (status === 404 || status === 410)
    throw refused(from, { what: 'is not there', why: `the server says ${status}`, next: 'check the name' });
  if (status !== 200) throw new Error(`the server answers with ${status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    signal.throwIfAborted();
    size += chunk.length;
    if (size > most)
      throw refused(from, { what: `has more than ${most} bytes`, why: 'no such file is that large' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
