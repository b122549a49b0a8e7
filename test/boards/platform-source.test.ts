import { expect, test } from 'vitest';
import { platformSource } from '../../src/boards/platform-source.js';

test.each([
  ['bundled', 'bundled'],
  ['nordicnrf52@10.11.0', 'registry'],
  ['platformio/espressif32@6.9.0-rc.1', 'registry'],
  ['https://github.com/owner/platform.git#v1.2.3', 'git'],
  ['https://github.com/owner/platform#51.03.07', 'git'],
  ['git+https://example.org/a/b#1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c', 'git'],
  ['https://example.org/a.git#release/v2.0', 'git'],
  ['https://github.com/owner/platform/archive/refs/tags/v1.2.zip', 'archive'],
  ['https://github.com/owner/platform/archive/0a1b2c3d.tar.gz', 'archive'],
  // Not pinned.
  ['nordicnrf52', undefined],
  ['nordicnrf52@^10.11.0', undefined],
  ['https://github.com/owner/platform.git', undefined],
  ['https://github.com/owner/platform.git#main', undefined],
  ['https://github.com/owner/platform.git#release-arduino', undefined],
  ['https://github.com/owner/platform/releases/download/stable/platform-espressif32.zip', undefined],
  ['https://github.com/owner/platform/archive/main.zip', undefined],
  // Not from where all can get it, or not safely.
  ['http://example.org/a.git#v1.2', undefined],
  ['file:///home/me/platform#v1.2', undefined],
  ['symlink:///home/me/platform', undefined],
  ['https://example.org/a.git#v1.2 ; x', undefined],
  ['https://example.org/a.git#v1.2\nplatform = x', undefined],
])('%s: %s', (platform, source) => {
  expect(platformSource(platform)).toBe(source);
});
