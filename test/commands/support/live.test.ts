/** Settings of a running board: as they are written, sent, kept over a restart, set by keys, and saved. */
import { describe, expect, test } from 'vitest';
import { LiveControl, parseWanted } from '../../../src/commands/support/live.js';
import { actionsOf, KeyHandler } from '../../../src/commands/support/live-keys.js';
import { savedText } from '../../../src/commands/support/live-save.js';
import { parseDuration } from '../../../src/commands/support/options.js';
import { FRONTEND_PRESETS } from '../../../src/frontend/presets.js';
import type { LoadedProject } from '../../../src/project/resolve.js';
import { openSession } from '../../../src/protocol/session.js';
import { FakeDevice } from '../../support/fake-device.js';

const parse = (text: string) => parseWanted('--set', text, (time) => parseDuration('--set', time));

describe('written', () => {
  test.each([
    ['cutoff=0.9', { name: 'cutoff', value: 0.9 }],
    ['window=3', { name: 'window', value: 3 }],
    ['refractory=800ms', { name: 'refractory', value: 800 }],
    ['refractory=0', { name: 'refractory', value: 0 }],
    ['gain=40', { name: 'gain', value: 40 }],
    ['okay_nabu.v2.cutoff=1', { name: 'cutoff', value: 1, model: 'okay_nabu.v2' }],
  ])('%s', (text, expected) => expect(parse(text)).toEqual(expected));

  test.each([
    ['cutoff', 'is no setting'],
    ['volume=3', '"volume" is nothing that can be set'],
    ['cutoff=1.1', '"1.1" is no cutoff'],
    ['window=0', '"0" is no window'],
    ['window=2.5', '"2.5" is no window'],
    ['refractory=soon', '"soon" is not a time'],
    ['fake.gain=3', 'a gain is the board’s'],
  ])('%s is refused: %s', (text, message) => expect(() => parse(text)).toThrow(message));
});

const DETECTOR = { cutoff: 0.9, window: 3, minimum: 3, refractorySteps: 100, targets: [0] };
const PROJECT = {
  frontend: FRONTEND_PRESETS['micro-wake-word'],
  models: [{ name: 'fake', labels: ['beep'], detector: DETECTOR }],
  boards: {},
} as unknown as LoadedProject;

async function watched(keep: boolean, project: LoadedProject | undefined = PROJECT, live = true) {
  const device = new FakeDevice({
    onCommand(line, self) {
      const [cmd = '', ...numbers] = line.split(' ');
      if (!live || !['window', 'refractory', 'gain'].includes(cmd)) return false;
      const [m, value] = cmd === 'gain' ? [undefined, numbers[0]] : numbers;
      self.say('ok', { cmd, ...(m === undefined ? {} : { m: Number(m) }), value: Number(value) });
      return true;
    },
  });
  const session = await openSession(device.transport);
  const hello = await session.hello();
  const control = new LiveControl({ session, hello }, project, keep);
  return { device, session, control, sent: () => device.commands.filter((line) => line !== 'hello') };
}

describe('on a board', () => {
  const all = ['cutoff=0.5', 'window=2', 'refractory=800ms', 'gain=40'].map(parse);
  // The step of a microWakeWord front end is 10 ms.
  const lines = ['cutoff 0 127', 'window 0 2', 'refractory 0 80', 'gain 40'];

  test('in the board’s units; only what was set has changed', async () => {
    const { control, sent, session } = await watched(false);
    expect(control.changed()).toEqual({ models: new Map() });
    for (const wanted of all) await control.set(wanted);
    expect(sent()).toEqual(lines);
    expect(control.changed()).toEqual({
      models: new Map([['fake', { cutoff: 0.5, window: 2, refractorySteps: 80 }]]),
      gain: 40,
    });
    await session.close();
  });

  test.each([
    [false, lines, /gone with it; --keep/],
    [true, [...lines, ...lines], /set again/],
  ])('a restart; kept: %s', async (keep, expected, said) => {
    const { control, sent, session } = await watched(keep);
    expect(await control.restarted()).toBeUndefined();
    for (const wanted of all) await control.set(wanted);
    expect(await control.restarted()).toMatch(said);
    expect(sent()).toEqual(expected);
    expect(control.value('cutoff', 0)).toBe(keep ? 0.5 : 0.9);
    await session.close();
  });

  test('firmware that cannot be set so says how to get some that can', async () => {
    const { control, session } = await watched(false, PROJECT, false);
    await expect(control.set(parse('window=2'))).rejects.toThrow(/flash --live/);
    await expect(control.set(parse('other.cutoff=1'))).rejects.toThrow(/no model "other"/);
    await session.close();
  });

  test('keys go from where the project is, in their order, within bounds', async () => {
    const { control, sent, session } = await watched(false);
    const notes: string[] = [];
    let ended = 0;
    const handler = new KeyHandler({
      live: control,
      note: (text) => notes.push(text),
      save: async () => 'saved',
      end: () => ended++,
    });
    await handler.press('\u001b[A\u001b[A\u001b[B');
    await handler.press('\u001b[D]+\ts?\u001b[Dq');
    await handler.press('\u001b[D\u001b[D');
    expect(sent()).toEqual([
      ...['cutoff 0 232', 'cutoff 0 234', 'cutoff 0 232'],
      ...['window 0 2', 'refractory 0 110', 'gain 21', 'window 0 1', 'window 0 1', 'window 0 1'],
    ]);
    expect(notes.slice(0, 1)).toEqual(['fake: cutoff 0.91']);
    expect(notes).toContain('fake: refractory 1100 ms');
    expect(notes).toContain('saved');
    expect(ended).toBe(1);
    expect(actionsOf('\u001b[Zxy')).toEqual([]);
    await session.close();
  });
});

describe('saved', () => {
  const TEXT = `{
  "version": 1,
  "name": "p",
  "frontend": "micro-wake-word",
  "models": [{ "name": "fake", "file": "w.tflite", "labels": ["beep"], "detector": "general" }]
}
`;

  test.each([
    [TEXT, `],\n  "boards": { "b": { "microphone": { "gain": 7 } } }\n}\n`],
    [
      TEXT.replace(/\n\}\n$/, ',\n  "boards": { "b": {} }\n}\n'),
      `"boards": { "b": { "microphone": { "gain": 7 } } }\n}\n`,
    ],
    [
      TEXT.replace(/\n\}\n$/, ',\n  "boards": { "b": { "microphone": { "gain": 1 }, "port": "x" } }\n}\n'),
      `"boards": { "b": { "microphone": { "gain": 7 }, "port": "x" } }\n}\n`,
    ],
  ])('a gain, and nothing else changes: %#', async (text, end) => {
    const saved = await savedText(text, { models: new Map(), gain: 7 }, PROJECT, 'b');
    expect(saved.slice(-end.length)).toBe(end);
    expect({ ...JSON.parse(saved), boards: 0 }).toEqual({ ...JSON.parse(text), boards: 0 });
  });

  test('a model that kws.json does not have is refused', async () => {
    const models = new Map([['other', { window: 2 }]]);
    await expect(savedText(TEXT, { models }, PROJECT, 'b')).rejects.toThrow(/kws-gen flash/);
  });
});
