/** TypeScript in the documents compiles against the public API, as strictly as the project itself. */
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { documents, root } from './documents.js';

const blocks = documents()
  .flatMap(({ blocks }) => blocks)
  .filter(({ language }) => language === 'ts' || language === 'typescript');

/** Compiles the sources as modules in the repository's folder; the diagnostics, by source. */
function diagnose(sources: readonly string[]): string[][] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config as {
    compilerOptions: object;
  };
  const { options } = ts.parseJsonConfigFileContent(
    { compilerOptions: { ...config.compilerOptions, paths: { 'kws-gen': ['./src/index.ts'] } }, files: [] },
    ts.sys,
    root,
  );
  const files = new Map(sources.map((text, i) => [join(root, `documented-${i}.ts`), text]));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, version, ...rest)
      : ts.createSourceFile(name, text, version, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
    );
  });
}

test('blocks of TypeScript compile', () => {
  const wrong = "import { nothing } from 'kws-gen';\nexport const n: number = nothing;";
  const diagnostics = diagnose([...blocks.map(({ text }) => text), wrong]);
  expect(diagnostics.pop()!.join('\n')).toContain("has no exported member 'nothing'");
  expect(blocks.length).toBeGreaterThan(0);
  const byPlace = blocks.map(({ where }, i) => [where, diagnostics[i]]);
  expect(byPlace.filter(([, found]) => found!.length > 0)).toEqual([]);
}, 60_000);
