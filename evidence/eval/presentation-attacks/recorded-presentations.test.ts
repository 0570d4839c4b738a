import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { hasPresentations, presentationsFolder } from '../../../support/data/recorded-presentations.js';
import { createFolder } from '../../../support/run/folder.js';
import { measureRecorded } from './real-presentations.js';

// The bound of the judge that ships, on a few pictures of cameras: what docs/liveness.md says of them.

const folder = createFolder('presentations');

const take = (...path: string[]): void =>
  cpSync(join(presentationsFolder, ...path), join(folder, ...path), { recursive: true });

(hasPresentations ? describe : describe.skip)('recorded presentations to a camera', () => {
  test('a person passes; passive liveness stops prints and a replay that performs the movements', async () => {
    take('movements', 'live', '621f73fc7c3ae23005b89f74');
    take('movements', 'phone-replay', '630b66fab961b45a3ceb1ca9');
    mkdirSync(join(folder, 'stills', 'print'), { recursive: true });
    for (const name of readdirSync(join(presentationsFolder, 'stills', 'print')).slice(0, 12))
      take('stills', 'print', name);
    const { real } = await measureRecorded([folder], () => {}, null);
    expect(real).toMatchObject({
      live: { movement: { passed: 0, of: 1 }, policy: { passed: 0, of: 1 } },
      'phone-replay': { movement: { passed: 1, of: 1 }, policy: { passed: 0, of: 1 } },
      print: { passive: { passed: 0 } },
    });
  });
});
