/**
 * The host of a session's page: on this computer only, for whoever has its address.
 *
 * Owns: who is answered (a secret in the path, the Host header, no other origin), how much is kept for a slow
 * reader. Leaves to others: what is told (`messages.ts`), the page (`page.ts`), what a cutoff does to a board.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KwsError, toolError } from '../diagnostics/errors.js';
import type { SessionPage } from './page.js';

const ADDRESS = '127.0.0.1';
/** Pages at once; of a page that does not read, bytes that wait. */
const MOST_PAGES = 8;
const MOST_WAITING = 4 * 1024 * 1024;
/** Of a request's body. */
const MOST_BODY = 256;

export interface WebHost {
  readonly url: string;
  /** To every page that is open. */
  send(message: unknown): void;
  close(): Promise<void>;
}

export interface WebHostOptions {
  readonly page: SessionPage;
  /** 0: one that is free. */
  readonly port: number;
  /** What a page that comes now is told first. */
  readonly first: () => unknown;
  /** @param value 0…1 */
  readonly setCutoff: (model: number, value: number) => Promise<void>;
  /** Path of the recording (WAV, seconds long) with this number. */
  readonly recording?: (n: number) => string | undefined;
}

/** @throws KwsError (exit code 3) where the port is taken */
export async function openWebHost(options: WebHostOptions): Promise<WebHost> {
  const secret = randomBytes(24).toString('base64url');
  const pages = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answer(request, response, { ...options, secret, pages, hosts: hostsOf(server) }).catch(() => {
      response.destroy();
    });
  });
  server.maxConnections = 4 * MOST_PAGES;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${ADDRESS}:${port}/${secret}/`,
    send(message) {
      const text = eventText(message);
      for (const page of pages) {
        // It comes again, and is told all there is.
        if (page.writableLength > MOST_WAITING) page.destroy();
        else page.write(text);
      }
    },
    async close() {
      for (const page of pages) page.end();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Whoever does not read to the end keeps nobody waiting.
        setTimeout(() => server.closeAllConnections(), 500).unref();
      });
    },
  };
}

const eventText = (message: unknown): string => `data: ${JSON.stringify(message)}\n\n`;

/** Names by which this computer alone means this port: another name is a page from elsewhere. */
function hostsOf(server: Server): readonly string[] {
  const { port } = server.address() as AddressInfo;
  return [`${ADDRESS}:${port}`, `localhost:${port}`];
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const what = `the web view cannot listen on port ${port}`;
      const next = 'choose another one with --web-port, or leave it out for one that is free';
      reject(toolError({ what, why: cause.code ?? cause.message, next }, { cause }));
    });
    server.listen(port, ADDRESS, resolve);
  });
}

interface Answering extends WebHostOptions {
  readonly secret: string;
  readonly hosts: readonly string[];
  readonly pages: Set<ServerResponse>;
}

async function answer(request: IncomingMessage, response: ServerResponse, host: Answering): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const { method, headers } = request;
  if (!host.hosts.includes(headers.host ?? '')) return refuse(response, 421, 'not this host');
  const [, secret = '', path = '', ...rest] = (request.url ?? '').split('/');
  if (!same(secret, host.secret) || rest.length > 1 || (rest.length === 1 && path !== 'clip'))
    return refuse(response, 404, 'nothing is here');
  if (headers.origin !== undefined && !host.hosts.some((one) => headers.origin === `http://${one}`))
    return refuse(response, 403, 'not from there');
  if (path === 'cutoff')
    return method === 'POST' ? cutoff(request, response, host) : refuse(response, 405, 'POST');
  if (method !== 'GET') return refuse(response, 405, 'GET');
  if (path === '') {
    response.setHeader('content-security-policy', host.page.policy);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(host.page.html);
    return;
  }
  if (path === 'clip')
    return recording(
      response,
      /^\d{1,6}$/.test(rest[0] ?? '') ? host.recording?.(Number(rest[0])) : undefined,
    );
  if (path !== 'events') return refuse(response, 404, 'nothing is here');
  if (host.pages.size >= MOST_PAGES) return refuse(response, 503, 'too many pages are open');
  host.pages.add(response);
  response.on('close', () => host.pages.delete(response));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(eventText(host.first()));
}

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(text);
}

async function recording(response: ServerResponse, path: string | undefined): Promise<void> {
  const bytes = path === undefined ? undefined : await readFile(path).catch(() => undefined);
  if (path === undefined || bytes === undefined) return refuse(response, 404, 'nothing is here');
  response.writeHead(200, { 'content-type': path.endsWith('.flac') ? 'audio/flac' : 'audio/wav' }).end(bytes);
}

function same(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function cutoff(request: IncomingMessage, response: ServerResponse, host: Answering): Promise<void> {
  if (request.headers['content-type'] !== 'application/json')
    return refuse(response, 415, 'application/json');
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > MOST_BODY) return refuse(response, 413, 'too long');
  }
  const asked = askedCutoff(body);
  if (asked === undefined) return refuse(response, 400, '{"model": number, "value": 0 to 1}');
  try {
    await host.setCutoff(asked.model, asked.value);
    response.writeHead(204).end();
  } catch (error) {
    refuse(response, 502, error instanceof KwsError ? error.message : 'the cutoff could not be set');
  }
}

function askedCutoff(body: string): { readonly model: number; readonly value: number } | undefined {
  try {
    const { model, value } = JSON.parse(body) as { model?: unknown; value?: unknown };
    if (typeof model !== 'number' || !Number.isInteger(model) || model < 0 || model > 255) return undefined;
    if (typeof value !== 'number' || !(value >= 0 && value <= 1)) return undefined;
    return { model, value };
  } catch {
    return undefined;
  }
}
