/**
 * A real browser without a window, for pages: opened, looked at, used with the mouse. It is told what to do over a pipe
 * (Chrome DevTools Protocol, `--remote-debugging-pipe`): no port, no library.
 *
 * Owns: the process, what a page asked for and complained of. Leaves to others: what a page must show.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { root } from './native.js';
import { strict } from './shared-data.js';

const { BROWSERS } = (await import(pathToFileURL(join(root, 'scripts', 'setup.mjs')).href)) as {
  readonly BROWSERS: readonly string[];
};

const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const program = BROWSERS.flatMap((name) =>
  (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
).find(executable);

/** `describe` where there is a browser. */
export function describeWithBrowser(name: string, body: () => void): void {
  if (program !== undefined) {
    describe(name, body);
    return;
  }
  const reason = `${name}: needs a browser (${BROWSERS.join(', ')})`;
  if (strict) test(reason, () => expect.fail('KWS_STRICT is set and there is no browser'));
  else test.skip(reason, () => {});
}

/** How long a page may take for what is waited for, on a busy machine. ms */
const PATIENCE_MS = 60_000;

interface Reply {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class Browser {
  readonly #process: ChildProcess;
  readonly #home: string;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #listeners = new Map<
    string,
    (method: string, params: Readonly<Record<string, unknown>>) => void
  >();
  #last = 0;

  constructor() {
    this.#home = mkdtempSync(join(tmpdir(), 'kws browser '));
    const flags = [
      '--headless=new',
      '--remote-debugging-pipe',
      `--user-data-dir=${this.#home}`,
      '--no-first-run',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-extensions',
      '--mute-audio',
      '--autoplay-policy=no-user-gesture-required',
      // Its sandbox is refused to root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      'about:blank',
    ];
    this.#process = spawn(program!, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    let rest = Buffer.alloc(0);
    (this.#process.stdio[4] as Readable).on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      for (let at = rest.indexOf(0); at >= 0; at = rest.indexOf(0)) {
        this.#take(JSON.parse(rest.subarray(0, at).toString()) as Reply);
        rest = rest.subarray(at + 1);
      }
    });
    (this.#process.stdio[3] as Writable).on('error', () => {});
    this.#process.on('exit', () => {
      for (const reply of this.#waiting.values()) reply({ error: { message: 'the browser is gone' } });
    });
  }

  #take({ id, sessionId, method, params = {}, ...answer }: Reply): void {
    if (id !== undefined) this.#waiting.get(id)?.(answer);
    else if (method !== undefined) this.#listeners.get(sessionId ?? '')?.(method, params);
  }

  async send<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = ++this.#last;
    const { result, error } = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  async page(url: string): Promise<Page> {
    const { targetId } = await this.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const page = new Page((method, params) => this.send(method, params, sessionId));
    this.#listeners.set(sessionId, (method, params) => page.told(method, params));
    await page.open(url);
    return page;
  }

  async close(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#process.on('exit', () => resolve()));
    void this.send('Browser.close').catch(() => {});
    await Promise.race([gone, sleep(5000)]);
    if (this.#process.exitCode === null && this.#process.kill('SIGKILL')) await gone;
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Send = <T>(method: string, params?: object) => Promise<T>;
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class Page {
  readonly #send: Send;
  /** Addresses it asked for, its own included. */
  readonly requests: string[] = [];
  /** Exceptions, errors on the console, requests that were refused or failed. */
  readonly complaints: string[] = [];

  constructor(send: Send) {
    this.#send = send;
  }

  /** An event of the browser's about it. */
  told(method: string, params: Readonly<Record<string, unknown>>): void {
    const { request, entry, type, exceptionDetails } = params as {
      request?: { url: string };
      entry?: { level: string; text: string; url?: string };
      type?: string;
      exceptionDetails?: unknown;
    };
    if (method === 'Network.requestWillBeSent') this.requests.push(request!.url);
    if (method === 'Log.entryAdded' && entry!.level !== 'verbose')
      this.complaints.push(`${entry!.level}: ${entry!.text} ${entry!.url ?? ''}`);
    if (method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(exceptionDetails));
    if (method === 'Runtime.consoleAPICalled' && (type === 'error' || type === 'warning'))
      this.complaints.push(JSON.stringify(params.args));
  }

  async open(url: string): Promise<void> {
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await this.#send(`${domain}.enable`);
    await this.#send('Emulation.setDeviceMetricsOverride', {
      ...{ width: 800, height: 900, deviceScaleFactor: 1, mobile: false },
    });
    await this.#send('Page.navigate', { url });
    await this.until('document.readyState === "complete" && location.href !== "about:blank"');
  }

  /** The value of an expression of the page's, a promise's too. */
  async value<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#send<{
      readonly result: { readonly value: T };
      readonly exceptionDetails?: unknown;
    }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  }

  /** Waits until an expression is true (truthy), and returns its value. */
  async until<T>(expression: string): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const value = await this.value<T>(expression);
      if (value) return value;
      if (Date.now() > deadline)
        throw new Error(
          `never true: ${expression}; the page: ${await this.value('document.body.innerText')}; ${this.complaints}`,
        );
      await sleep(20);
    }
  }

  texts(selector: string): Promise<string[]> {
    return this.value(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.textContent)`,
    );
  }

  /** Presses the mouse on an element, a part of its width from the left, moves it to another, and lets go. */
  async drag(selector: string, from: number, to: number, steps = 5): Promise<void> {
    const element = `document.querySelector(${JSON.stringify(selector)})`;
    await this.value(`${element}.scrollIntoView({ block: 'center' })`);
    const box = await this.value<Box>(`${element}.getBoundingClientRect().toJSON()`);
    const mouse = (type: string, part: number, more: object) =>
      this.#send('Input.dispatchMouseEvent', {
        type,
        x: box.x + part * box.width,
        y: box.y + box.height / 2,
        ...more,
      });
    await mouse('mousePressed', from, { button: 'left', buttons: 1, clickCount: 1 });
    for (let step = 1; step <= steps; step++)
      await mouse('mouseMoved', from + ((to - from) * step) / steps, { button: 'left', buttons: 1 });
    await mouse('mouseReleased', to, { button: 'left', clickCount: 1 });
  }
}
