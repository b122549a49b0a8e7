/**
 * The int8 form of a float model that a project names, quantized when firmware is made, and kept: the same
 * model, clips, settings and tool give the same file, and are not computed twice.
 *
 * Owns: what the kept file depends on, and where it lies (the user's cache folder; anything in it may be
 * deleted). Leaves to others: quantizing (`from-sources.ts`), what is said about it (`project/open-model.ts`).
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../files/cache-folder.js';
import { listFolder } from '../files/list-folder.js';
import { frontendHash } from '../frontend/spec.js';
import type { Model } from '../model/types.js';
import type { SourceRequest } from '../quantize/from-sources.js';
import type { QuantizationReport } from '../quantize/report/types.js';
import type { Range } from '../quantize/types.js';
import { openModel } from '../readers/read-model.js';
import { VERSION } from '../version.js';
import type { ModelRequest } from './resolve.js';
import type { QuantizeEntry } from './schema.js';

export interface ProjectModel {
  readonly model: Model;
  /** Absent where the file was kept from last time. */
  readonly report?: QuantizationReport;
}

/** Kept files; the least recently used ones go. */
const MOST_KEPT = 64;

/** @throws KwsError (exit code 2) where it cannot be quantized */
export async function quantizedProjectModel(
  float: Model,
  request: ModelRequest,
  entry: QuantizeEntry,
  progress?: (text: string) => void,
): Promise<ProjectModel> {
  const settings = sourceRequest(float, request, entry);
  const folder = join(cacheFolder(), 'quantized');
  const kept = join(folder, `${await keyOf(float, settings)}.tflite`);
  const known = await readKept(kept, float.name);
  if (known !== undefined) return { model: known };
  const { quantizeFromSources } = await import('../quantize/from-sources.js');
  const run = await quantizeFromSources(float, {
    ...settings,
    ...(progress === undefined ? {} : { progress }),
  });
  await keep(folder, kept, run.bytes);
  return { model: openModel(run.bytes, float.name), report: run.report };
}

function sourceRequest(
  float: Model,
  { entry, frontend, directory }: ModelRequest,
  quantize: QuantizeEntry,
): SourceRequest {
  const labels = entry.labels ?? float.labels;
  return {
    ...settingsOf(quantize),
    calibrateName: 'quantize, calibrate',
    directory,
    ...(frontend === undefined ? {} : { frontend }),
    ...(labels === undefined ? {} : { labels }),
    ...(entry.output === undefined ? {} : { output: entry.output }),
  };
}

/** What stands under "quantize" in kws.json, as the quantizer takes it. */
export function settingsOf({ calibrate, method, percentile, pin }: QuantizeEntry) {
  const pinned = Object.entries(pin ?? {}).map(([name, [min, max]]): [string, Range] => [name, { min, max }]);
  return {
    calibrate: typeof calibrate === 'string' ? [calibrate] : calibrate,
    ...(method === undefined ? {} : { method }),
    ...(percentile === undefined ? {} : { percentile }),
    pinned: Object.fromEntries(pinned),
  };
}

/** Everything the file depends on. */
async function keyOf(float: Model, request: SourceRequest): Promise<string> {
  const { frontend, calibrate, directory, progress: _, signal: __, ...options } = request;
  const files: (readonly [string, string])[] = [];
  for (const path of calibrate)
    for (const file of await filesOf(resolve(directory, path)))
      files.push([join(path, file), await hashOf(join(resolve(directory, path), file))]);
  const parts = {
    tool: VERSION,
    name: float.name,
    model: float.source.sha256,
    frontend: frontend === undefined ? null : frontendHash(frontend),
    files,
    options,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Relative to the path; a file is its own. What is not there is reported by whoever reads it. */
async function filesOf(path: string): Promise<readonly string[]> {
  const status = await stat(path).catch(() => undefined);
  return status?.isDirectory() === true ? listFolder(path) : [''];
}

/** Of a regular file; others are read by nobody. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    if ((await stat(path)).isFile())
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch {
    return 'unreadable';
  }
  return hash.digest('hex');
}

/** A damaged file is made anew. */
async function readKept(path: string, name: string): Promise<Model | undefined> {
  try {
    const model = openModel(await readFile(path), name);
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
    return model;
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written costs time, and nothing else. */
async function keep(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(partial, bytes);
    await rename(partial, path);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.tflite'));
    const aged = await Promise.all(
      names.map(async (name) => ({ name, used: (await stat(join(folder, name))).mtimeMs })),
    );
    const old = aged.sort((a, b) => b.used - a.used).slice(MOST_KEPT);
    await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
  } catch {
    await rm(partial, { force: true }).catch(() => {});
  }
}
