/** Builds the compiled runtime of models for the host and runs them over inputs. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreTarget, type Target } from '../../src/boards/cores.js';
import { modelSymbol, renderAotModel } from '../../src/emit/aot.js';
import type { Model } from '../../src/model/types.js';
import { planModel } from '../../src/plan/plan.js';
import type { SlidingWindow } from '../../src/plan/sliding.js';
import { type ArmCore, buildArm, runArm } from '../support/arm.js';
import { buildNative, type NativeProgram, root, runNative } from '../support/native.js';

const drivers = join(root, 'test', 'native', 'drivers');

/**
 * What the host compiles for: its own kernels, and those for the DSP extension, which are C++ on it with the same
 * layouts and sums.
 */
export const HOST_TARGETS = {
  portable: coreTarget('host'),
  scalar: { ...coreTarget('cortex-m3'), pointerBytes: 8 },
  helium: { ...coreTarget('cortex-m55'), pointerBytes: 8 },
  dsp: { ...coreTarget('cortex-m4f'), pointerBytes: 8 },
} as const satisfies Readonly<Record<string, Target>>;
export type HostTarget = keyof typeof HOST_TARGETS;
export const HOST_TARGET_NAMES = Object.keys(HOST_TARGETS) as readonly HostTarget[];

export interface NamedModel {
  /** An identifier. */
  readonly id: string;
  readonly model: Model;
  /** Planned for hops, too. */
  readonly window?: SlidingWindow;
}

/** Generated sources of the models, where the build finds them. */
export function writeAotSources(models: readonly NamedModel[], target: HostTarget) {
  return writeSources(models, HOST_TARGETS[target], (text) => text);
}

function writeSources(models: readonly NamedModel[], target: Target, edit: (text: string) => string) {
  const plans = models.map(({ id, model, window }) => ({ id, plan: planModel(model, target, window) }));
  const texts = plans.map(({ id, plan }) => ({
    name: `model_${id}.cpp`,
    text: edit(renderAotModel({ plan, name: id, id, by: { toolVersion: 'test' } })),
  }));
  const symbols = models.map(({ id }) => modelSymbol(id));
  texts.push({
    name: 'test_models.h',
    text: `#pragma once
#include "kws_model/kws_model.h"
namespace kws {
${symbols.map((symbol) => `extern const Model ${symbol};`).join('\n')}
}
inline const kws::Model* const kTestModels[] = {${symbols.map((symbol) => `&kws::${symbol}`).join(', ')}};
`,
  });
  // The name is the content, so that runs side by side and caches do no harm to each other.
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
  const folder = join(root, '.cache', 'generated', hash);
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of texts) writeFileSync(join(folder, name), text);
  const calls = plans.flatMap(({ plan }) =>
    [...plan.steps, ...(plan.sliding?.steps ?? [])].flatMap((step) => step.calls),
  );
  return {
    folder,
    sources: texts.slice(0, -1).map(({ name }) => join(folder, name)),
    kernels: new Set(calls.map(({ kernel }) => kernel)),
  };
}

function program(name: string, written: ReturnType<typeof writeSources>): NativeProgram {
  const { folder, sources, kernels } = written;
  return {
    name: `aot-${name}`,
    libraries: ['kws_kernels'],
    kernels,
    includes: [drivers],
    ownIncludes: [join(root, 'templates', 'lib', 'kws_model', 'include'), folder],
    sources: [...sources, join(root, 'test', 'native', 'model_driver.cpp')],
  };
}

/** A change to generated sources: an error that is planted, for tests of what finds errors. */
export type Plant = (text: string) => string;
const nothing: Plant = (text) => text;

/** Builds one program with all the models and returns the path of its executable. */
export function buildAot(
  name: string,
  models: readonly NamedModel[],
  target: HostTarget,
  plant = nothing,
): Promise<string> {
  return buildNative(program(`${name}-${target}`, writeSources(models, HOST_TARGETS[target], plant)));
}

/** The memory of a model between guards: what the sanitizers are on the host. */
function guarded(text: string): string {
  const memory = /^alignas\(16\) int8_t (arena|state)\[(\d+)\];$/gm;
  const edited = text.replace(
    memory,
    'kws_test::Guarded<$2> guarded_$1;\nint8_t (&$1)[$2] = guarded_$1.data;',
  );
  if (edited === text) throw new Error('the generated model declares no arena that can be guarded');
  return `#include "guarded.h"\n${edited}`;
}

/** The same for a core, with guards around arena and state. */
export function buildAotForCore(
  name: string,
  models: readonly NamedModel[],
  core: ArmCore,
  target: Target,
  plant = nothing,
): Promise<string> {
  const edit = (text: string) => guarded(plant(text));
  return buildArm(program(name, writeSources(models, target, edit)), core);
}

const lines = (model: number, inputs: readonly string[]): string => `model ${model}\n${inputs.join('\n')}\n`;

/** The answers of a core, as those of `runAot`, for several models in turn. */
export async function runAotOnCore(
  executable: string,
  core: ArmCore,
  inputs: readonly (readonly string[])[],
): Promise<string[]> {
  const text = inputs.map((list, model) => lines(model, list)).join('');
  return (await runArm(executable, core, Buffer.from(text))).trim().split(/\r?\n/);
}

/** Output bytes in hex, one per input; `reset` in the list resets the state, `slide` says that the next is a hop. */
export async function runAot(
  executable: string,
  model: number,
  inputs: readonly string[],
): Promise<string[]> {
  return (await runNative(executable, lines(model, inputs))).trim().split('\n');
}
