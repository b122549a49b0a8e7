/** The page's cutoffs on their way to the board, and what a page is told. */
import { expect, test } from 'vitest';
import type { Device } from '../../src/targets/open.js';
import { sessionNext, sessionStart } from '../../src/targets/session-model.js';
import { type CutoffControl, openWebView } from '../../src/web/session-view.js';
import { HELLO, score } from './session.js';

const cutoffs = new Map([['stop', 0.8]]);

async function setting(control?: CutoffControl) {
  const commands: string[] = [];
  const command = async (line: string) => {
    commands.push(line);
    return { kws: 1, t: 'ok', cmd: 'cutoff' } as const;
  };
  const device = { hello: HELLO, session: { command } } as unknown as Device;
  const view = await openWebView(device, { port: 0, cutoffs, ...(control && { control }) });
  const set = async (model: number, value: number) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ model, value });
    return (await fetch(`${view.url}cutoff`, { method: 'POST', headers, body })).status;
  };
  const shown = () => [...view.html().matchAll(/"cutoff":([\d.]+|null)/g)].map(([, text]) => Number(text));
  return { view, set, shown, commands };
}

test('models of the page are those of the hello without gates; a restart brings their own cutoffs back', async () => {
  const { view, set, shown, commands } = await setting();
  expect(shown()).toEqual([Number.NaN, 0.8]);
  expect([await set(0, 0.5), await set(1, 1), await set(2, 0.5)]).toEqual([204, 204, 502]);
  expect(commands).toEqual(['cutoff 1 127', 'cutoff 2 255']);
  expect(shown()).toEqual([127 / 255, 1]);
  view.show(HELLO, sessionNext(sessionStart(HELLO), HELLO));
  expect(shown()).toEqual([Number.NaN, 0.8]);
  await view.close();
});

test('a control that is given is asked', async () => {
  const asked: [number, number][] = [];
  const control: CutoffControl = {
    cutoff: (model) => model / 10,
    set: async (...all) => void asked.push(all),
  };
  const { view, set, shown, commands } = await setting(control);
  expect(shown()).toEqual([0.1, 0.2]);
  expect(await set(1, 0.25)).toBe(204);
  expect([asked, commands]).toEqual([[[2, 0.25]], []]);
  await view.close();
});

test('an open page is told what comes, and its end', async () => {
  const { view } = await setting();
  const answer = await fetch(`${view.url}events`);
  const chunks = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const event = score([0.25, 0.5]);
  view.show(event, sessionNext(sessionStart(HELLO), event));
  view.end();
  let text = '';
  while (!text.includes('"over":true')) text += (await chunks.read()).value ?? '';
  expect(text).toContain('"probabilities":[0.25,0.5]');
  await view.close();
});
