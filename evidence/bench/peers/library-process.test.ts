import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from '../../../test/paths.js';

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
