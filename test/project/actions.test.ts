import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/diagnostics/errors.js';
import { resolveActions } from '../../src/project/actions.js';
import type { ActionEntry } from '../../src/project/schema.js';
import { projectOf } from '../emit/fixture.js';
import { plainModel } from '../support/plain-model.js';

const model = plainModel({ input: [1, 1960], outputs: 2 });
const { models } = projectOf([
  { name: 'first', model, labels: ['other', 'yes'] },
  { name: 'second', model, labels: ['no', 'yes'] },
  { name: 'voice', model, labels: ['quiet', 'speech'] },
]);

function resolve(...entries: ActionEntry[]) {
  const problems: Problem[] = [];
  const actions = resolveActions(entries, models, { gate: 'voice', file: 'kws.json', problems });
  return { actions, problems: problems.map(({ where, what, next }) => `${where}: ${what} | ${next}`) };
}

describe('actions', () => {
  test('one for every model that has the label', () => {
    const { actions, problems } = resolve({ on: 'yes', pin: 'LED_BUILTIN', ms: 500 });
    expect(problems).toEqual([]);
    const effect = { pin: 'LED_BUILTIN', level: 'high', ms: 500, pulses: 1 };
    expect(actions).toEqual([
      { model: 0, label: 1, effect, entry: 0 },
      { model: 1, label: 1, effect, entry: 0 },
    ]);
  });

  test('of the model that is named alone', () => {
    const { actions } = resolve({ on: 'yes', model: 'second', text: 'lights on' });
    expect(actions).toEqual([{ model: 1, label: 1, effect: { text: 'lights on' }, entry: 0 }]);
  });

  test.each<[string, ActionEntry, RegExp]>([
    [
      'an unknown label',
      { on: 'yess', pin: 1 },
      /actions\[0\]\.on: "yess" is no label.* \| did you mean yes\?/,
    ],
    ['one that only competes', { on: 'other', pin: 1 }, /"other" is no label that is detected/],
    ['the gate’s', { on: 'speech', pin: 1 }, /"speech" is no label that is detected/],
    [
      'an unknown model',
      { on: 'yes', model: 'secand', pin: 1 },
      /\.model: there is no .* \| did you mean second\?/,
    ],
    ['the gate', { on: 'speech', model: 'voice', pin: 1 }, /there is no wake-word model "voice"/],
    ['nothing to do', { on: 'yes' }, /actions\[0\]: it does nothing \| give "pin"/],
    ['two things to do', { on: 'yes', pin: 1, text: 'x' }, /both "pin" and "text" \| .* two actions/],
    ['a length of a text', { on: 'yes', text: 'x', ms: 5 }, /\.ms: is of pins/],
    [
      'a length of a toggle',
      { on: 'yes', pin: 1, level: 'toggle', ms: 5 },
      /\.ms: 5 for a pin that is toggled/,
    ],
    ['pulses without a length', { on: 'yes', pin: 1, pulses: 3 }, /\.pulses: .* \| give "ms"/],
  ])('%s is told', (_, entry, message) => {
    const { problems } = resolve(entry);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });
});
