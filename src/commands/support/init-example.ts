/** `kws-gen init --example`: a project that begins as a copy of one of ours. */
import { join } from 'node:path';
import { inputError } from '../../diagnostics/errors.js';
import type { CopiedExample, Example } from '../../project/examples.js';
import type { KwsFile } from '../../project/schema.js';
import { table } from '../../text/table.js';
import type { CommandContext, Verdict } from './command.js';
import { OPTIONS, type OptionName, type OptionValues } from './options.js';
import { quoted, shownFolder, shownPath } from './paths.js';
import { projectFolder } from './project-options.js';

/** What makes sense beside `--example`: everything else says what the example says itself. */
const BESIDE: readonly OptionName[] = ['example', 'project', 'force', 'json'];

/** @param folder of the new project, as the user names it; default: `--project`, or the one they are in */
export async function initExample(
  options: OptionValues,
  context: CommandContext,
  folder: string | undefined,
): Promise<Verdict> {
  const { example: name, project, force } = options;
  refuseOthers(options, folder);
  const { copyExample, listExamples } = await import('../../project/examples.js');
  if (name === true || name === undefined) {
    list(await listExamples(), context);
    return 0;
  }
  const directory = projectFolder({ project: folder ?? project ?? '.' }, context.directory);
  show(await copyExample({ name, directory, force }), directory, context);
  return 0;
}

function refuseOthers(options: OptionValues, folder: string | undefined): void {
  const other = (Object.keys(options) as OptionName[]).find((name) => !BESIDE.includes(name));
  if (other !== undefined)
    throw inputError({
      what: 'does not go with --example',
      where: OPTIONS[other].flags.split(' ')[0]!,
      why: 'an example has its own model, labels and settings',
      next: 'change them in its kws.json',
    });
  if (folder !== undefined && options.project !== undefined)
    throw inputError({
      what: 'the folder of the new project is named twice',
      where: `${folder}, --project ${options.project}`,
      next: 'name it once',
    });
}

function list(examples: readonly Example[], { out }: CommandContext): void {
  if (out.json)
    for (const { name, kws, files } of examples)
      out.line({ t: 'example', name, labels: kws.models.map(labelsOf), files });
  else
    out.text([
      ...table(
        ['EXAMPLE', 'LABELS', 'FILES'],
        examples.map(({ name, kws, files }) => [
          name,
          kws.models.map((model) => labelsOf(model).join(', ')).join('; '),
          `${files.length}`,
        ]),
      ),
      'Next: kws-gen init --example NAME FOLDER',
    ]);
}

const labelsOf = ({ labels }: KwsFile['models'][number]): readonly string[] => labels ?? [];

function show(
  { example, kws, written, clip }: CopiedExample,
  directory: string,
  { out, directory: here }: CommandContext,
): void {
  const shown = shownFolder(directory, here);
  const next = [
    'kws-gen flash',
    ...(shown === '' ? [] : [`--project ${quoted(shown)}`]),
    ...(kws.board === undefined ? ['--board virtual-cortex-m4'] : []),
    ...(clip === undefined ? [] : [`--play ${quoted(join(shown, clip))}`]),
  ];
  out.result({ t: 'init', example: example.name, written, project: kws, notes: [] }, [
    `${shownPath(written[0]!, here)}: the example ${example.name}, ${written.length} files`,
    ...kws.models.map((model) => `  ${model.name}: ${labelsOf(model).join(', ')}`),
    `Next: ${next.join(' ')}`,
  ]);
}
