/** Who is answered by the host of a page, and who is not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { toolError } from '../../src/diagnostics/errors.js';
import { openWebHost, type WebHost } from '../../src/web/server.js';

const folder = mkdtempSync(join(tmpdir(), 'kws web '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const WAV = join(folder, 'heard.wav');
writeFileSync(WAV, 'RIFF');

const set: [number, number][] = [];
let refuse: Error | undefined;
const open = (port = 0) =>
  openWebHost({
    page: { html: '<p>page</p>', policy: "default-src 'none'" },
    port,
    first: () => ({ first: true }),
    recording: (n) => [WAV, join(folder, 'gone.wav')][n],
    setCutoff: async (model, value) => {
      if (refuse !== undefined) throw refuse;
      set.push([model, value]);
    },
  });

let host: WebHost;
afterEach(async () => {
  refuse = undefined;
  set.length = 0;
  await host.close();
});

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Status, headers and text of an answer. */
function ask({ path = '', method = 'GET', headers = {}, body }: Asked) {
  const url = new URL(path, host.url);
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const asked = request(url, { method, headers: { host: url.host, ...headers } }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      });
      asked.on('error', reject);
      asked.end(body);
    },
  );
}

const JSON_TYPE = { 'content-type': 'application/json' };
const cutoff = (body: string, headers: Readonly<Record<string, string>> = JSON_TYPE): Asked => ({
  ...{ path: 'cutoff', method: 'POST', headers, body },
});

describe('the host of a page', () => {
  test('is on this computer alone, and another address every time', async () => {
    host = await open();
    const { url } = host;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    const other = await open();
    expect(new URL(other.url).pathname).not.toBe(new URL(url).pathname);
    await other.close();
    const { status, text, headers } = await ask({});
    expect([status, text]).toEqual([200, '<p>page</p>']);
    expect(headers['content-security-policy']).toBe("default-src 'none'");
    expect(headers['cache-control']).toBe('no-store');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('a port that is taken is said', async () => {
    host = await open();
    const taken = Number(new URL(host.url).port);
    await expect(open(taken)).rejects.toThrow(`cannot listen on port ${taken}`);
  });

  test.each<[string, Asked, number]>([
    ['without the secret', { path: '/' }, 404],
    ['with another secret', { path: `/${'a'.repeat(32)}/` }, 404],
    ['with half of one', { path: '/a/' }, 404],
    ['another path', { path: 'other' }, 404],
    ['a path below', { path: 'events/..%2f..%2fetc' }, 404],
    ['no recording', { path: 'clip/' }, 404],
    ['a recording that is none', { path: 'clip/2' }, 404],
    ['a recording that is gone', { path: 'clip/1' }, 404],
    ['a path in place of a recording', { path: 'clip/..%2fheard.wav' }, 404],
    ['a path behind a recording', { path: 'clip/0/heard.wav' }, 404],
    ['another host', { headers: { host: 'evil.example' } }, 421],
    ['another host that is asked for a cutoff', { ...cutoff('{}'), headers: { host: 'evil.example' } }, 421],
    ['a page from elsewhere', { headers: { origin: 'http://evil.example' } }, 403],
    ['a page without an origin', { headers: { origin: 'null' } }, 403],
    ['another method', { method: 'PUT' }, 405],
    ['what is asked for a preflight', { method: 'OPTIONS', path: 'cutoff' }, 405],
    ['a cutoff that is got', { path: 'cutoff' }, 405],
    ['a cutoff of a form', cutoff('{"model":0,"value":0.5}', { 'content-type': 'text/plain' }), 415],
    ['no JSON', cutoff('{'), 400],
    ['null', cutoff('null'), 400],
    ['no number', cutoff('{"model":0,"value":"0.5"}'), 400],
    ['too much', cutoff('{"model":0,"value":1.5}'), 400],
    ['half a model', cutoff('{"model":0.5,"value":0.5}'), 400],
    ['a long body', cutoff(`{"model":0,"value":0.5${' '.repeat(300)}}`), 413],
  ])('%s is refused', async (_, asked, status) => {
    host = await open();
    expect((await ask(asked)).status).toBe(status);
    expect(set).toEqual([]);
  });

  test('a cutoff reaches the board; what the board says to it reaches the page', async () => {
    host = await open();
    const body = '{"model":1,"value":0.25}';
    const origin = new URL(host.url).origin;
    expect((await ask(cutoff(body, { ...JSON_TYPE, origin }))).status).toBe(204);
    expect(set).toEqual([[1, 0.25]]);
    refuse = toolError({ what: 'the device went away' });
    expect(await ask(cutoff(body))).toMatchObject({ status: 502, text: 'the device went away' });
    refuse = new Error('at /home/somebody');
    expect((await ask(cutoff(body))).text).toBe('the cutoff could not be set');
  });

  test('a recording is played by its number', async () => {
    host = await open();
    const { status, text, headers } = await ask({ path: 'clip/0' });
    expect([status, text, headers['content-type']]).toEqual([200, 'RIFF', 'audio/wav']);
  });

  test('events: first all there is, then what comes; no more pages than eight', async () => {
    host = await open();
    const streams = await Promise.all(Array.from({ length: 8 }, () => stream()));
    expect((await ask({ path: 'events' })).status).toBe(503);
    host.send({ second: 2 });
    for (const next of streams) {
      expect(await next()).toEqual({ first: true });
      expect(await next()).toEqual({ second: 2 });
    }
  });
});

/** Gives message after message. */
function stream(): Promise<() => Promise<unknown>> {
  const url = new URL('events', host.url);
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { host: url.host } }, (response) => {
      const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      let text = '';
      resolve(async () => {
        while (!text.includes('\n\n')) text += String((await chunks.next()).value);
        const end = text.indexOf('\n\n');
        const message = JSON.parse(text.slice('data: '.length, end)) as unknown;
        text = text.slice(end + 2);
        return message;
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}
