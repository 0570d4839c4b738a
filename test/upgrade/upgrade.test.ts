import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../examples/demo/run-command.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { closedSegmentsOf } from '../../src/audit/trail-files.js';
import { filesOf } from '../../src/config/data-files.js';
import { SealedToken } from '../../src/core/secrets.js';
import { createStretch, publishedCost } from '../../src/face/token/derive.js';
import { createEmbeddedVerifier } from '../../src/face/verifier/embedded.js';
import { createLocalKeys } from '../../src/storage/keys/local.js';
import { settleFolderFormat } from '../../src/storage/state/format.js';
import { parameters } from '../../support/data/parameters.js';
import { testShare } from '../../support/data/share.js';
import { createSimulatedEngine, drawPhoto } from '../../support/fakes/simulated-engine.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder, projectRoot } from '../../support/run/paths.js';

/* A data folder that commit 371bb564 wrote, and this version on it. made-371bb564.json holds its credentials. */

const here = join(projectRoot, 'test/upgrade');
const made: { grace: string; heidi: string; token: string } = JSON.parse(
  readFileSync(join(here, 'made-371bb564.json'), 'utf8'),
);
const top = createFolder('upgrade');
const main = join(projectRoot, 'dist/src/main.js');
let folders = 0;

/** As that version left it: git keeps no modes. */
function copyFormer(): string {
  const folder = join(top, String(++folders));
  cpSync(join(here, 'data-371bb564'), folder, { recursive: true });
  chmodSync(folder, 0o700);
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o600);
  return folder;
}

const adminKey = `fsa_${'k'.repeat(32)}`;
const config = join(top, 'facestep.json');
writeFileSync(config, JSON.stringify({ modelsFolder, verifier: { kind: 'embedded', workers: 1 } }));
const envOf = (folder: string, file = config) => ({
  PORT: '0',
  FACESTEP_CONFIG: file,
  FACESTEP_DATA: folder,
  FACESTEP_ADMIN_KEY: adminKey,
});
const filesIn = (dataFolder: string) => filesOf({ dataFolder, keys: { kind: 'local', folder: null } });
const contentsOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));

describe('a data folder of commit 371bb564', () => {
  const folder = copyFormer();
  let service: Service;
  beforeAll(async () => {
    service = await startService(envOf(folder));
  });
  afterAll(() => service.stop());

  test('keeps its administrators, active and removed', async () => {
    const ask = async (key: string) =>
      (await fetch(`${service.url}/administrators`, { headers: { 'x-admin-key': key } })).status;
    expect([await ask(made.grace), await ask(made.heidi)]).toEqual([200, 401]);
  });

  test('continues its audit trail, with the new version recorded', async () => {
    const { code, stdout } = await runCli(['audit', 'verify'], envOf(folder));
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(': sound') });
    const file = join(folder, 'audit.jsonl');
    // Old records are in closed segments.
    const segments = (await closedSegmentsOf(file)).map((segment) => segment.file);
    const trail = [...segments, file].map((each) => readFileSync(each, 'utf8')).join('');
    expect(trail.startsWith(readFileSync(join(here, 'data-371bb564/audit.jsonl'), 'utf8'))).toBe(true);
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
    expect(trail).toContain(`"version":"${version}"`);
  });

  test('has keys that open a token sealed before', async () => {
    const keys = await createLocalKeys({ file: filesIn(folder).keys, random: systemRandom });
    const verifier = createEmbeddedVerifier({
      engine: createSimulatedEngine(),
      parameters,
      keys,
      random: systemRandom,
      stretch: createStretch(publishedCost),
    });
    const binding = { tenant: 't', idp: 'work', subject: 'ada', scope: 'tests', accuracy: 4 } as const;
    const verify = (person: string) =>
      verifier.verify({
        photos: [drawPhoto(person, 9)],
        token: new SealedToken(made.token),
        binding,
        secret: null,
        requireLiveness: false,
        allowRenewal: false,
        share: testShare,
      });
    expect(await verify('ada')).toMatchObject({ matched: true });
    expect(await verify('eve')).toMatchObject({ matched: false });
  });
});

describe('a data folder of a newer version', () => {
  const mark = { format: 9, readableFrom: 9, writtenBy: '9.1.0' };

  test('is refused by server and restore with that version’s name, and remains unchanged', async () => {
    const folder = copyFormer();
    writeFileSync(join(folder, 'format.json'), JSON.stringify(mark), { mode: 0o600 });
    const before = contentsOf(folder);
    const { status, stderr } = spawnSync(process.execPath, [main], {
      env: { ...process.env, ...envOf(folder) },
      encoding: 'utf8',
    });
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('data_newer') });
    expect(stderr).toContain('9.1.0');
    expect(contentsOf(folder)).toEqual(before);
    const backup = join(top, 'backup');
    await runCli(['backup', backup], envOf(folder));
    const restored = await runCli(['restore', backup], envOf(join(top, 'restored')));
    expect({ code: restored.code, stderr: restored.stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('data_newer'),
    });
  });

  test('is accepted if the newer version declared it readable', async () => {
    const folder = copyFormer();
    writeFileSync(join(folder, 'format.json'), JSON.stringify({ ...mark, readableFrom: 2 }), { mode: 0o600 });
    await settleFolderFormat(filesIn(folder), systemRandom);
    expect(JSON.parse(readFileSync(join(folder, 'format.json'), 'utf8'))).toMatchObject({ ...mark, readableFrom: 2 });
  });
});
