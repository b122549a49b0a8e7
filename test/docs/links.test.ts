/** Links lead somewhere, and nothing in the documents belongs to one machine. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Document, documents, readDocument, root } from './documents.js';

/** Sites a reader is sent to. A registry's host is none: where packages come from is the user's setting. */
const HOSTS = new Set([
  'code.visualstudio.com',
  'docs.platformio.org',
  'docs.zephyrproject.org',
  'github.com',
  'keepachangelog.com',
  'mlcommons.org',
  'platformio.org',
  'semver.org',
  'www.qemu.org',
]);

const all = documents();

function brokenLinks({ path, links, anchors }: Document): string[] {
  return links.flatMap(({ target, where }) => {
    if (/^https?:/.test(target)) return HOSTS.has(new URL(target).host) ? [] : [`${where}: ${target}`];
    const [file = '', anchor] = target.split('#');
    const to = file === '' ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(root, to))) return [`${where}: there is no ${to}`];
    if (anchor === undefined) return [];
    const there = to === path ? anchors : readDocument(to).anchors;
    return there.has(anchor) ? [] : [`${where}: ${to} has no #${anchor}`];
  });
}

const MACHINE_PATHS = /(?<![\w.:/])\/(?:home|root|tmp|Users|work|mnt|var)\/[\w.-]+/g;
const URLS = /https?:\/\/[\w.-]+/g;

describe.each(all)('$path', (document) => {
  test('links resolve', () => {
    expect(brokenLinks(document)).toEqual([]);
  });

  test('names no path of one machine and no host that is not known', () => {
    expect(document.text.match(MACHINE_PATHS) ?? []).toEqual([]);
    const hosts = (document.text.match(URLS) ?? []).map((url) => new URL(url).host);
    expect(hosts.filter((host) => !HOSTS.has(host))).toEqual([]);
  });
});

test('the README leads to every document', () => {
  // A folder's own README leads to its pages.
  const linked = all
    .filter(({ path }) => path.endsWith('README.md'))
    .flatMap(({ path, links }) =>
      links.map(({ target }) => normalize(join(dirname(path), target.split('#')[0]!))),
    );
  expect(
    all.map(({ path }) => path).filter((path) => path.startsWith('docs/') && !linked.includes(path)),
  ).toEqual([]);
});

test('broken links are found', () => {
  const bad = { path: 'README.md', text: '', blocks: [], anchors: new Set<string>() };
  const links = ['nowhere.md', 'docs/architecture.md#nowhere', 'https://example.org'].map((target) => ({
    target,
    where: 'here',
  }));
  expect(brokenLinks({ ...bad, links })).toHaveLength(3);
});
