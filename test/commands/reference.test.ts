/** docs/cli.md has every command and option, word for word. KWS_UPDATE_DOCS=1 writes them anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/commands.js';
import { OPTIONS, type OptionDefinition, type OptionName } from '../../src/commands/support/options.js';
import { marked, readDocument, root } from '../docs/documents.js';
import { jsonLines, kwsGen } from '../support/command-line.js';

const PATH = 'docs/cli.md';

function optionsTable(): string {
  const rows = (Object.entries(OPTIONS) as [OptionName, OptionDefinition<unknown>][]).map(
    ([name, { flags, description }]) => {
      const takers = COMMANDS.filter(({ options }) => name === 'json' || options.includes(name));
      const where = name === 'json' ? 'all' : takers.map((command) => `\`${command.name}\``).join(', ');
      return `| \`${flags}\` | ${description} | ${where} |`;
    },
  );
  return ['| option | meaning | commands |', '| --- | --- | --- |', ...rows].join('\n');
}

async function commandsText(): Promise<string> {
  const parts: string[] = [];
  for (const { name } of COMMANDS) {
    const { out } = await kwsGen(['help', name]);
    parts.push(`### ${name}\n\n\`\`\`text\n${out.trimEnd()}\n\`\`\``);
  }
  return parts.join('\n\n');
}

describe(PATH, () => {
  test.each<[string, () => string | Promise<string>]>([
    ['options', optionsTable],
    ['commands', commandsText],
  ])('%s: as the tool itself says', async (name, make) => {
    const text = await make();
    const document = readDocument(PATH);
    if (process.env.KWS_UPDATE_DOCS === '1') {
      const pattern = new RegExp(`(<!-- begin ${name}\\b[^>]*-->\\n)[^]*?(<!-- end ${name} -->)`);
      const updated = document.text.replace(pattern, (_, begin, end) => `${begin}\n${text}\n\n${end}`);
      writeFileSync(join(root, PATH), updated);
      return;
    }
    expect(marked(document, name)).toBe(text);
  });

  test('every option is taken by some command', () => {
    const taken = new Set<string>(COMMANDS.flatMap(({ options }) => options));
    expect(Object.keys(OPTIONS).filter((name) => name !== 'json' && !taken.has(name))).toEqual([]);
  });

  test('every kind of line is explained', async () => {
    const { text } = readDocument(PATH);
    const kinds = new Set<string>();
    for (const argv of [['boards'], ['ports'], ['inspect', 'none'], ['doctor']]) {
      const { out } = await kwsGen([...argv, '--json'], { environment: { KWS_PORTS_JSON: '[]' } });
      for (const { t } of jsonLines(out)) kinds.add(t);
    }
    expect(kinds.size).toBeGreaterThan(2);
    expect([...kinds].filter((kind) => !text.includes(`\`${kind}\``))).toEqual([]);
  }, 60_000);
});
