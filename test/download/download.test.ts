/** Downloads from a server on this computer, in place of the internet: what is followed, and what never. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../src/download/address.js';
import { download, type Network } from '../../src/download/download.js';
import { fetchModel, modelAddress } from '../../src/download/model.js';
import { internet } from '../../src/download/network.js';

let server: Server;
let answer: RequestListener;
let asked: string[];
beforeAll(async () => {
  server = createServer((call, reply) => {
    asked.push(`${call.headers.host} ${call.url}`);
    answer(call, reply);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => new Promise((done) => server.close(done)));
beforeEach(() => {
  asked = [];
  answer = (_, reply) => reply.end('content');
});

/** Every host is a public one, but for those named here; all of them are the server. */
const network = (hosts: Readonly<Record<string, readonly string[]>> = {}): Network => ({
  resolve: async (host) => hosts[host] ?? ['93.184.216.34'],
  get: (url, _, signal) =>
    new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const path = `${url.pathname}${url.search}`;
      const headers = { host: url.host };
      const call = request({ host: '127.0.0.1', port, path, headers, signal, agent: false });
      call.on('error', reject);
      call.on('response', (body: IncomingMessage) =>
        resolve({ status: body.statusCode!, location: body.headers.location, body }),
      );
      call.end();
    }),
});
const get = (url: string, more: Partial<Parameters<typeof download>[1]> = {}) =>
  download(url, { network: network(), most: 100, ...more });
const redirect =
  (location: string): RequestListener =>
  (_, reply) =>
    reply.writeHead(302, { location }).end();

describe('download', () => {
  test('a file, also behind redirects', async () => {
    answer = (call, reply) => (call.url === '/a' ? redirect('b/c?d')(call, reply) : reply.end('there'));
    expect(Buffer.from(await get('https://example.org/a')).toString()).toBe('there');
    expect(asked).toEqual(['example.org /a', 'example.org /b/c?d']);
  });

  test.each([
    ['http://example.org/a'],
    ['file:///etc/passwd'],
    ['https://me:secret@example.org/a'],
    ['https://example.org:8443/a'],
    ['ftp://example.org/a'],
  ])('%s: not followed, neither named nor as a redirect', async (url) => {
    await expect(get(url)).rejects.toThrow(/is no address that is followed/);
    expect(asked).toEqual([]);
    answer = redirect(url);
    await expect(get('https://example.org/a')).rejects.toThrow(/leads to .*\n.*only https/);
    expect(asked).toHaveLength(1);
  });

  test('a private address: neither by name, nor by number, nor behind a redirect', async () => {
    const hosts = { inside: ['93.184.216.34', '10.0.0.1'], '127.0.0.1': ['127.0.0.1'], '::1': ['::1'] };
    for (const host of ['inside', '127.0.0.1', '[::1]']) {
      await expect(get(`https://${host}/a`, { network: network(hosts) })).rejects.toMatchObject({
        exitCode: 2,
      });
      answer = redirect(`https://${host}/a`);
      await expect(get('https://example.org/a', { network: network(hosts) })).rejects.toThrow(
        /public internet/,
      );
    }
    await expect(get('https://127.0.0.1/a', { network: network(hosts) })).rejects.toThrow(
      'leads to 127.0.0.1\n',
    );
    await expect(get('https://inside/a', { network: network(hosts) })).rejects.toThrow(
      'leads to inside, which is 10.0.0.1\n',
    );
    expect(asked.every((one) => one.startsWith('example.org'))).toBe(true);
  });

  test.each<[string, RequestListener, RegExp, number]>([
    ['a circle of redirects', redirect('https://example.org/a'), /leads on more than 5 times/, 2],
    ['too much', (_, reply) => reply.end('x'.repeat(101)), /has more than 100 bytes/, 2],
    ['nothing there', (_, reply) => reply.writeHead(404).end(), /is not there/, 2],
    ['trouble of the server', (_, reply) => reply.writeHead(503).end(), /answers with 503/, 3],
    ['a broken connection', (call) => call.socket.destroy(), /could not be downloaded/, 3],
  ])('%s', async (_, listener, message, exitCode) => {
    answer = listener;
    const failed = get('https://example.org/a');
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({ exitCode });
  });

  test('a server that says nothing more, and an abort', async () => {
    answer = (_, reply) => void reply.write('x');
    await expect(get('https://example.org/a', { timeoutMs: 50 })).rejects.toThrow(/took more than 0.05 s/);
    const silent = { ...network(), resolve: () => new Promise<string[]>(() => {}) };
    const unresolved = get('https://example.org/a', { network: silent, timeoutMs: 50 });
    await expect(unresolved).rejects.toThrow(/took more than/);
    const abort = new AbortController();
    answer = () => abort.abort(new Error('enough'));
    await expect(get('https://example.org/a', { signal: abort.signal })).rejects.toThrow('enough');
  });
});

test.each([
  ['93.184.216.34', true],
  ['2606:2800:220:1::1', true],
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
  ].map((address) => [address, false] as const),
  ...[
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'x',
  ].map((address) => [address, false] as const),
] as const)('%s: public %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

test('a number needs no resolver', async () => {
  expect(await internet.resolve('127.0.0.1')).toEqual(['127.0.0.1']);
});

describe('models by name and address', () => {
  const RAW = 'https://raw.githubusercontent.com';
  test.each([
    ['https://example.org/m.tflite', 'https://example.org/m.tflite'],
    ['github://a/b/models/x.json@v2', `${RAW}/a/b/v2/models/x.json`],
    ['github://a/b/x.json', `${RAW}/a/b/main/x.json`],
    ['okay_nabu', `${RAW}/esphome/micro-wake-word-models/main/models/v2/okay_nabu.json`],
    ['okay_nabu.json', undefined],
    ['./okay', undefined],
  ])('%s', (source, address) => {
    expect(modelAddress(source)).toBe(address);
  });
  test('other schemes are no paths', () => {
    expect(() => modelAddress('http://example.org/x.json')).toThrow(/is no address that is followed/);
  });

  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    env = { KWS_CACHE_DIR: mkdtempSync(join(tmpdir(), 'kws models ')) };
  });
  afterEach(() => rmSync(env.KWS_CACHE_DIR!, { recursive: true, force: true }));

  const manifest = (model: string) =>
    JSON.stringify({
      ...{ type: 'micro', wake_word: 'Hey', model, version: 2 },
      micro: { probability_cutoff: 0.9, feature_step_size: 10, sliding_window_size: 5 },
    });
  const fetched = (url: string) => fetchModel(url, { network: network(), env });

  test('a manifest and the model beside it, with hashes; kept for when there is no network', async () => {
    answer = (call, reply) => reply.end(call.url === '/m/hey.json' ? manifest('hey.tflite') : 'the model');
    const { path, files, kept } = await fetched('https://example.org/m/hey.json');
    expect(kept).toBeUndefined();
    expect(files.map(({ name, url, bytes }) => [name, url, bytes])).toEqual([
      ['hey.json', 'https://example.org/m/hey.json', expect.any(Number)],
      ['hey.tflite', 'https://example.org/m/hey.tflite', 9],
    ]);
    expect(files[1]!.sha256).toBe('36cc7e3d6f6200756c81e18470827e9dac1c602fcd87761cbb0b8f015611c098');
    expect(readFileSync(join(path, '..', 'hey.tflite'), 'utf8')).toBe('the model');
    answer = (call) => call.socket.destroy();
    expect(await fetched('https://example.org/m/hey.json')).toMatchObject({
      path,
      files: [],
      kept: expect.any(String),
    });
    await expect(fetched('https://example.org/m/other.json')).rejects.toMatchObject({ exitCode: 3 });
    // What is not there any more is said; what was kept stays.
    answer = (_, reply) => reply.writeHead(404).end();
    await expect(fetched('https://example.org/m/hey.json')).rejects.toThrow(/is not there/);
  });

  test('a model by itself', async () => {
    const { path } = await fetched('https://example.org/m.tflite');
    expect(readFileSync(path, 'utf8')).toBe('content');
  });

  test.each([
    ['../up.tflite', /names its model "\.\.\/up\.tflite"/],
    ['hey.json', /names its model "hey.json"/],
    ['a/b.tflite', /only a file beside it/],
  ])('a manifest that names %s: refused, nothing kept', async (model, message) => {
    answer = (_, reply) => reply.end(manifest(model));
    await expect(fetched('https://example.org/m/hey.json')).rejects.toThrow(message);
    answer = (call) => call.socket.destroy();
    await expect(fetched('https://example.org/m/hey.json')).rejects.toMatchObject({ exitCode: 3 });
  });

  test('an address without a file name', async () => {
    await expect(fetched('https://example.org/')).rejects.toThrow(/does not end in a plain file name/);
  });
});
