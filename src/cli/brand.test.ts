import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { administer } from '../../test/administration.js';
import { type ApiServer, startApiServer } from '../../test/api-server.js';
import { createTestVerifier } from '../../test/embedded.js';

/* `facestep brand`, against a running server. */

let server: ApiServer;
let folder: string;
beforeAll(async () => {
  server = await startApiServer({ verifier: createTestVerifier() });
  folder = await mkdtemp(join(tmpdir(), 'facestep-brand-'));
  const create = { width: 400, height: 80, channels: 4, background: '#7a1fa2' } as const;
  await sharp({ create }).png().toFile(join(folder, 'logo.png'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const run = (args: readonly string[]) => administer(server, ['brand', ...args]);
const toFile = async (brand: unknown, name = 'brand.json'): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, typeof brand === 'string' ? brand : JSON.stringify(brand));
  return file;
};
const shown = async () => JSON.parse((await run(['show', '--json'])).printed.join('\n'));
const clinic = { organisation: 'Harbour Clinic', accent: '#7a1fa2', texts: { de: { otherWay: 'Mit der Karte' } } };

test('a file is put in force with its picture, taken back, and put in force again', async () => {
  expect(await shown()).toMatchObject({ digest: null, brand: null });
  const file = await toFile({ ...clinic, logo: 'logo.png' });
  const set = await run(['set', file]);
  expect(set.exitCode).toBe(0);
  expect(set.printed.join('\n')).toMatch(/^organisation +Harbour Clinic$/m);
  expect(set.printed.join('\n')).toMatch(/^logo +400 × 80/m);
  const { digest, brand } = await shown();
  expect(brand).toMatchObject({ organisation: 'Harbour Clinic', texts: [{ language: 'de', key: 'otherWay' }] });
  await run(['clear']);
  expect(await shown()).toMatchObject({ digest: null, versions: [{ digest }] });
  expect((await run(['show'])).printed.join('\n')).toMatch(new RegExp(`Harbour Clinic +${digest}$`, 'm'));
  expect((await run(['back', digest])).printed.join('\n')).toContain(digest);
  // What a file leaves out is left out.
  await run(['set', await toFile({ organisation: 'Harbour' })]);
  expect(await shown()).toMatchObject({ brand: { organisation: 'Harbour', accent: null, logo: null, texts: [] } });
});

test('a check changes nothing, and says all that is wrong', async () => {
  const before = await shown();
  const good = await run(['check', await toFile({ organisation: 'Another' })]);
  expect(good.printed).toEqual([expect.stringMatching(/^\/face\/preview\/[0-9a-f]{64}$/)]);
  for (const what of ['check', 'set']) {
    const bad = await run([what, await toFile({ accent: '#ffff00', helpUrl: 'javascript:alert(1)' })]);
    expect([bad.printed, bad.exitCode]).toEqual([[], 1]);
    expect(bad.told.join('\n')).toMatch(/contrast_low[\s\S]*link_malformed|link_malformed[\s\S]*contrast_low/);
  }
  expect(await shown()).toEqual(before);
});
