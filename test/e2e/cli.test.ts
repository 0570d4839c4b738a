import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { connectBackend } from '../../examples/demo/backend.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { runCli } from '../../examples/demo/run-command.js';
import { startService } from '../../examples/demo/service.js';
import { runHere, startSimulation } from '../../support/benches/cli.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { forFile } from '../../support/run/for-file.js';
import { modelsFolder } from '../../support/run/paths.js';

/*
 * What an administrator does on the first day, in order: a simulated Okta org, the server with the configuration that it
 * prints, provisioning, a sign-in without and with a face check, and who would be denied.
 */

const folder = createFolder('cli');
const configFile = join(folder, 'facestep.json');
const env = { FACESTEP_CONFIG: configFile };
const simulation = await forFile(startSimulation('okta', { serverPort: await findFreePort() }));
const pictures = await loadPictures();
const [connection] = simulation.config.connections;
const settings = {
  ...simulation.config,
  modelsFolder,
  dataFolder: join(folder, 'data'),
  verifier: { kind: 'embedded', workers: 1 },
  connections: [{ ...connection, policy: { mode: 'shadow', liveness: 'off' } }],
};
writeFileSync(configFile, JSON.stringify(settings));
const service = await forFile(startService(env));

const stepGuard = z.looseObject({
  title: z.string(),
  before: z.looseObject({ state: z.string() }),
  applied: z.boolean(),
});
const provisionGuard = z.object({
  connection: z.literal('simulated'),
  kind: z.literal('okta'),
  publicUrl: z.url(),
  mode: z.string(),
  ok: z.boolean(),
  permissions: z.array(z.string()),
  steps: z.array(stepGuard.extend({ after: z.looseObject({ state: z.string() }) })),
  notReached: z.array(z.string()),
  census: z.strictObject({ users: z.int(), enrolled: z.int(), isComplete: z.boolean() }).nullable(),
});

async function provision(mode: '--plan' | '--apply') {
  const { code, stdout, stderr } = await runHere(['provision', 'simulated', mode, '--json'], env);
  return { code, stderr, ...provisionGuard.parse(JSON.parse(stdout)) };
}

test('the first day: plan, apply and plan again; in shadow mode a user is let in and counted', async () => {
  const login = 'ada@example.com';
  const subject = simulation.subjects.get(login)!;

  const planned = await provision('--plan');
  expect(planned).toMatchObject({ code: 0, ok: true, mode: 'plan', stderr: '' });
  expect(planned.steps.map(({ applied }) => applied)).not.toContain(true);
  expect(planned.steps.map(({ before }) => before.state)).toContain('missing');
  expect(planned.permissions.join('\n')).toContain('okta.inlinehooks.manage');
  expect(planned.census).toEqual({ users: 2, enrolled: 0, isComplete: true });
  // Planning changed nothing.
  expect(await provision('--plan')).toEqual(planned);

  const applied = await provision('--apply');
  expect(applied).toMatchObject({ code: 0, ok: true, mode: 'apply', notReached: [] });
  for (const { applied: was, before, after } of applied.steps) {
    expect(was).toBe(before.state === 'missing' || before.state === 'different');
    expect(['ready', 'manual']).toContain(after.state);
  }

  const again = await provision('--apply');
  expect(again).toMatchObject({ code: 0, ok: true });
  expect(again.steps.map((step) => step.applied)).not.toContain(true);
  const text = await runHere(['provision', 'simulated', '--plan'], env);
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout.match(/^\d+\. /gm)).toHaveLength(again.steps.length);

  expect(text.stdout).toContain('enrolled 0 of 2 users; 2 users would be refused if policy.mode were enforce');

  const withoutFace = await simulation.signIn({ user: login });
  expect(withoutFace).toMatchObject({ status: 200, body: { signedIn: true } });
  expect(withoutFace.body.accessTokenClaims).not.toHaveProperty('face_verification');

  const backend = await connectBackend(service.url, simulation.config.adminKey, {
    connection: 'simulated',
    application: simulation.application,
  });
  await backend.enrol(subject, pictures.person[0]);
  expect(await backend.checkFace(subject, pictures.person[1])).toBe('passed');
  const withFace = await simulation.signIn({ user: login });
  expect(withFace.body.accessTokenClaims).toMatchObject({ face_verification: { result: 'verified' } });

  expect((await provision('--plan')).census).toEqual({ users: 2, enrolled: 1, isComplete: true });

  const refused = () => runHere(['api', 'POST', '/connections/simulated/refused', '--json'], env);
  // The log of decisions has them within two seconds.
  await until(async () => (await refused()).stdout.includes('"decisions": 2'));
  expect((await refused()).stdout).toContain('"denied": 0');
});

test('facestep demo --photos writes two photos of one person and one of another, and overwrites no file', async () => {
  const photos = join(folder, 'photos');
  const written = await runCli(['demo', '--photos', photos]);
  const files = ['enroll', 'probe', 'other'].map((name) => join(photos, `${name}.jpg`));
  expect(written).toMatchObject({ code: 0, stdout: files.map((file) => `${file}\n`).join('') });
  const subject = simulation.subjects.get('ada@example.com')!;
  const backend = await connectBackend(service.url, simulation.config.adminKey, {
    connection: 'simulated',
    application: simulation.application,
  });
  await backend.enrol(subject, readFileSync(files[0]!));
  expect(await backend.checkFace(subject, readFileSync(files[1]!))).toBe('passed');
  expect(await backend.checkFace(subject, readFileSync(files[2]!))).toBe('failed');

  // A picture of the same name may be somebody's own.
  writeFileSync(files[0]!, 'mine');
  expect((await runCli(['demo', '--photos', photos])).code).toBe(1);
  expect(readFileSync(files[0]!, 'utf8')).toBe('mine');
});

describe('a usage error exits with 2 and writes to standard error only', () => {
  test.each([
    ['an unknown command', ['nonsense']],
    ['an unknown option', ['doctor', 'simulated', '--fix']],
    ['a connection that is not configured', ['doctor', 'nobody']],
    ['provision without --plan or --apply', ['provision', 'simulated']],
    ['a Smart Hook for another provider', ['smart-hook', 'simulated', '--type', 'pre-authentication']],
    ['a Smart Hook of an unknown type', ['smart-hook', 'simulated', '--type', 'post-authentication']],
    ['an invalid port', ['simulate', 'okta', '--port', '70000']],
  ])('%s', async (_name, args) => {
    const { code, stdout, stderr } = await runHere(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  test('--help exits with 0 and writes to standard output', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['serve', 'provision', 'doctor', 'simulate', 'smart-hook']) expect(stdout).toContain(name);
  });
});

describe('a failed command exits with 1', () => {
  const writeConfig = (name: string, change: (config: Record<string, unknown>) => object): Record<string, string> => {
    const file = join(folder, `${name}.json`);
    const config = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(configFile, 'utf8')));
    writeFileSync(file, JSON.stringify(change(config)));
    return { FACESTEP_CONFIG: file };
  };

  test('provision refuses to enforce without enrolments and changes nothing; --yes overrides', async () => {
    const other = await startSimulation('okta');
    try {
      const enforced = writeConfig('enforced', (config) => ({
        ...config,
        connections: [{ ...other.config.connections[0], policy: { mode: 'enforce' } }],
      }));
      const states = async (env: Record<string, string>) => {
        const { stdout } = await runHere(['provision', 'simulated', '--plan', '--json'], env);
        return provisionGuard.parse(JSON.parse(stdout)).steps.map(({ before }) => before.state);
      };
      const before = await states(enforced);
      for (const args of [['--apply'], ['--apply', '--json']]) {
        const { code, stderr } = await runCli(['provision', 'simulated', ...args], enforced);
        expect(code).toBe(1);
        expect(stderr).toContain('nobody_enrolled');
        expect(stderr).toContain('enrolled 0 of 2 users; 2 users are refused');
      }
      expect(await states(enforced)).toEqual(before);
      const { stdout } = await runHere(['provision', 'simulated', '--apply', '--yes', '--json'], enforced);
      const { steps } = provisionGuard.parse(JSON.parse(stdout));
      expect(steps[0]).toMatchObject({ applied: true, after: { state: 'ready' } });
    } finally {
      await other.stop();
    }
  });
});
