import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { projectRoot } from '../../../test/paths.js';
import { startLibrary } from './library-handle.js';

/* The peers themselves are not installed for tests; facestep answers the same jobs in the same way. */

describe('a library in a process of its own', () => {
  test('verifies, embeds and compares', async () => {
    const { person, stranger, landscape } = await loadPictures();
    const library = await startLibrary('facestep', person[0]);
    try {
      expect(library.startUpMs).toBeGreaterThan(0);
      expect(library.settings.backend).toMatch(/^onnxruntime-node /);
      const pair = [person[0], person[1]] as const;
      const { times, processorMs } = await library.verify([pair, pair, [person[0], stranger]]);
      expect(times).toHaveLength(3);
      for (const ms of [...times, processorMs]) expect(ms).toBeGreaterThan(0);
      expect(await library.embed([person[0], landscape])).toEqual([true, false]);
      expect(await library.embed([person[1], stranger])).toEqual([true, true]);
      const pairs = [
        [0, 2],
        [0, 3],
        [0, 1],
      ] as const;
      const [same, other, none] = await library.compare(pairs);
      expect(same).toMatchObject({ isMatch: true });
      expect(other).toMatchObject({ isMatch: false });
      expect(same!.score).toBeGreaterThan(other!.score);
      expect(none).toBeNull();
      expect(library.readRssMiB()).toBeGreaterThan(50);
    } finally {
      await library.stop();
    }
  });
});

test('the peers are pinned, and their lock file is that of their list', () => {
  const dependencies = z.record(z.string(), z.string());
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(join(projectRoot, 'evidence/bench/peers', file), 'utf8'));
  const listed = z.object({ dependencies }).parse(read('package.json')).dependencies;
  const packages = z.record(
    z.string(),
    z.object({ version: z.string().optional(), dependencies: dependencies.optional() }),
  );
  const locked = z.object({ packages }).parse(read('package-lock.json')).packages;
  expect(locked['']!.dependencies).toEqual(listed);
  expect(Object.keys(listed)).toContain('@vladmandic/human');
  for (const [name, version] of Object.entries(listed)) expect(locked[`node_modules/${name}`]!.version).toBe(version);
});
