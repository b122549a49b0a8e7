import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findBoard, resolveTwin } from '../../src/boards/index.js';
import type { ResolvedBoard } from '../../src/boards/types.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { renderActions } from '../../src/emit/actions.js';
import { renderProject } from '../../src/emit/project.js';
import { loadProject } from '../../src/project/load.js';
import type { PinEffect, ResolvedAction, ResolvedProject } from '../../src/project/types.js';
import { root } from '../support/native.js';
import { plainModel } from '../support/plain-model.js';
import { projectOf } from './fixture.js';

const BY = { toolVersion: '0.0.0' };
const pin = (name: string | number, more: Partial<PinEffect> = {}): ResolvedAction => ({
  ...{ model: 0, label: 1, entry: 0 },
  effect: { pin: name, level: 'high', ms: 0, pulses: 1, ...more },
});
const text = (line: string): ResolvedAction => ({ model: 0, label: 1, entry: 0, effect: { text: line } });

function projectWith(...actions: ResolvedAction[]): ResolvedProject {
  const model = plainModel({ input: [1, 1960], outputs: 2 });
  return { ...projectOf([{ name: 'word', model, labels: ['other', 'yes'] }]), actions };
}
const rendered = (board: ResolvedBoard, ...actions: ResolvedAction[]) =>
  renderActions(projectWith(...actions), board, BY) ?? '';

describe('actions in C++', () => {
  const sense = findBoard('arduino-nano-33-ble');

  test('names of the core are its constants, numbers are numbers', () => {
    const code = rendered(sense, pin('LEDR', { level: 'low', ms: 500, pulses: 3 }), pin(5));
    expect(code).toContain('#include <Arduino.h>');
    expect(code).toMatch(/\/\*pin\*\/ LEDR,\s*\/\*pin_name\*\/ nullptr,\s*\/\*level\*\/ PinLevel::kLow/);
    expect(code).toMatch(/\/\*pulses\*\/ 3,\s*\/\*ms\*\/ 500/);
    expect(code).toContain('/*pin*/ 5,');
  });

  test('a text means exactly these bytes', () => {
    expect(rendered(sense, text('a "b" \\ ü'))).toContain('/*text*/ "a \\042b\\042 \\134 \\303\\274"');
    expect(rendered(sense, text('x'))).not.toContain('Arduino.h');
  });

  test('a twin tells the names of the real board', () => {
    const code = rendered(resolveTwin(sense), pin('LEDR'), pin('LEDG'));
    expect(code).not.toContain('Arduino.h');
    const numbers = [...code.matchAll(/\/\*pin\*\/ (\d+),\s*\/\*pin_name\*\/ "(\w+)"/g)].map(
      ([, n, name]) => [n, name],
    );
    expect(numbers.map(([, name]) => name)).toEqual(['LEDR', 'LEDG']);
    expect(new Set(numbers.map(([n]) => n)).size).toBe(2);
  });

  test.each<[string, ResolvedBoard, ResolvedAction, RegExp]>([
    ['an unknown name', sense, pin('LED_BULTIN'), /no pin "LED_BULTIN" \| did you mean LED_BUILTIN\?/],
    ['an unknown number', sense, pin(99), /no pin 99 \| its pins are 0 to 21/],
    ['the microphone’s', findBoard('esp32-s3-devkitc-1'), pin(41), /pin 41 is the microphone's bclk/],
    ['a board without a list', { ...sense, pins: null }, pin(5), /no pins of .* are known \| .*device\//],
  ])('%s is told', (_, board, action, message) => {
    const error = (() => {
      try {
        return rendered(board, action);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(KwsError);
    expect((error as KwsError).problems.map(({ what, next }) => `${what} | ${next}`).join()).toMatch(message);
  });

  test('without actions nothing of them is written', async () => {
    const board = findBoard('virtual-cortex-m4');
    const options = { board, runtime: 'aot', toolVersion: '0.0.0' } as const;
    const project = await loadProject(join(root, 'examples', 'chirp'));
    const none = renderProject({ project, ...options });
    expect([...none.files.keys()].filter((path) => /kws_actions/.test(path))).toEqual([]);
    const some = renderProject({ project: { ...project, actions: [text('x')] }, ...options });
    expect([...some.files.keys()]).toContain('src/kws_actions.cpp');
    expect(some.buildId).not.toBe(none.buildId);
  });
});
