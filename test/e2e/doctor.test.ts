import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { findFreePort } from '../../examples/demo/free-port.js';
import { runCli } from '../../examples/demo/run-command.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type Front, startFront } from '../../simulators/front.js';
import { type RunningSimulation, runHere, startSimulation } from '../cli.js';
import { createFolder } from '../folder.js';
import { modelsFolder } from '../paths.js';

/* The doctor on a connection that is well, and with each link broken in turn. */

const top = createFolder('doctor');
const data = join(top, 'data');
let simulation: RunningSimulation;
let service: Service;
let front: Front;
let files = 0;

/** A configuration that differs from the server's own in what is given. */
function writeConfig(settings: object = {}, connection: object = {}): Record<string, string> {
  const { port: _, connections, ...rest } = simulation.config;
  const file = join(top, `config-${++files}.json`);
  writeFileSync(
    file,
    JSON.stringify({
      ...{ ...rest, modelsFolder, dataFolder: data, publicUrl: front?.url ?? null },
      verifier: { kind: 'embedded', workers: 1 },
      connections: [{ ...connections[0], policy: { mode: 'enforce' }, ...connection }],
      ...settings,
    }),
  );
  return { FACESTEP_CONFIG: file };
}

beforeAll(async () => {
  simulation = await startSimulation('okta');
  // The front is what the server is told to be, so it has to be there before the server.
  const port = await findFreePort();
  front = await startFront(`http://127.0.0.1:${port}`);
  service = await startService({ ...writeConfig(), PORT: String(port) });
  const { code } = await runCli(['provision', 'simulated', '--apply', '--yes'], writeConfig());
  expect(code).toBe(0);
});
afterEach(() => {
  front.rules = [];
});
afterAll(async () => {
  await service?.stop();
  await front?.close();
  await simulation?.stop();
});

const reportGuard = z.strictObject({
  connection: z.literal('simulated'),
  ok: z.boolean(),
  checks: z.array(
    z.strictObject({
      title: z.string().min(1),
      verdict: z.enum(['pass', 'warn', 'fail', 'manual', 'skipped']),
      found: z.string().min(1),
      remedy: z.string().min(1).nullable(),
      cause: z.string().min(1).nullable(),
    }),
  ),
});

/** Examines the connection. @returns the exit code, and each check's verdict by title */
async function examine(env: Record<string, string> = writeConfig(), run = runHere) {
  const { code, stdout, stderr } = await run(['doctor', 'simulated', '--json'], env);
  const { ok, checks } = reportGuard.parse(JSON.parse(stdout));
  expect(stderr).toBe('');
  expect(code).toBe(ok ? 0 : 1);
  expect(ok).toBe(checks.every(({ verdict }) => verdict !== 'fail'));
  return { code, checks, verdicts: Object.fromEntries(checks.map(({ title, verdict }) => [title, verdict])) };
}

const ownChecks = {
  Configuration: 'pass',
  Mode: 'pass',
  // A simulated provider is on this machine; a real one could not reach it here.
  'Public address': 'warn',
  Server: 'pass',
  'Server clock': 'pass',
  Readiness: 'pass',
  'Published keys': 'pass',
  'Data folder': 'pass',
  'Token keys': 'pass',
  'Signing keys': 'pass',
  State: 'pass',
  'Model runtime': 'pass',
  Models: 'pass',
  Recognition: 'pass',
  // More than a second on a busy machine; what is told of that has a test of its own.
  Hooks: expect.stringMatching(/^(pass|warn)$/),
  'Calls of the provider': 'pass',
} as const;

test('all is well: nothing fails, each of our own checks is there, and the process ends with 0', async () => {
  const { code, verdicts } = await examine(writeConfig(), runCli);
  expect(verdicts).toMatchObject(ownChecks);
  expect(Object.values(verdicts)).not.toContain('fail');
  expect(code).toBe(0);
});

describe('a broken link is found, and others are told apart from it', () => {
  const expectFailing = async (env: Record<string, string>, ...titles: readonly string[]) => {
    const { code, checks, verdicts } = await examine(env);
    const failed = checks.filter(({ title, verdict }) => verdict === 'fail' && title in ownChecks);
    expect(failed.map(({ title }) => title)).toEqual(titles);
    expect(code).toBe(1);
    return { failed, verdicts };
  };

  test.each([401, 403, 404, 502])('a %i of the proxy in place of the hooks', async (status) => {
    front.rules = [{ path: /^\/hooks\//, act: { kind: 'answer', status, body: '{"message":"proxy"}' } }];
    const { failed } = await expectFailing(writeConfig(), 'Hooks');
    expect(failed[0]?.found).toContain(String(status));
  });

  test('a server that runs another configuration: it has no such hook', async () => {
    const [connection] = simulation.config.connections;
    const { stdout, code } = await runHere(
      ['doctor', 'unheard-of', '--json'],
      writeConfig({ connections: [{ ...connection, id: 'unheard-of' }] }),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/unheard-of\/token answers 404/);
    const { checks } = reportGuard.extend({ connection: z.string() }).parse(JSON.parse(stdout));
    expect(checks.find(({ title }) => title === 'Calls of the provider')).toMatchObject({ cause: 'Hooks' });
  });

  test('a slow hook is told, with its time', async () => {
    front.rules = [{ path: /^\/hooks\//, act: { kind: 'pass', delayMs: 1_200 } }];
    const { checks } = await examine();
    expect(checks.find(({ title }) => title === 'Hooks')).toMatchObject({
      verdict: 'warn',
      found: expect.stringMatching(/\([1-9]\d{3,} ms\)/),
    });
  });

  test.each([
    [30, 'warn'],
    [-30, 'warn'],
    [3600, 'fail'],
    [-3600, 'fail'],
  ])('a clock that is %i s off', async (offSec, verdict) => {
    const date = new Date(Date.now() + offSec * 1000).toUTCString();
    front.rules = [{ path: /^\/healthz$/, act: { kind: 'pass', headers: { date } } }];
    expect((await examine()).verdicts).toMatchObject({
      ...ownChecks,
      'Server clock': verdict,
      'Calls of the provider': verdict === 'fail' ? 'skipped' : 'pass',
    });
  });
});

describe('the data folder', () => {
  const copyData = (): string => {
    const folder = join(top, `data-${++files}`);
    cpSync(data, folder, { recursive: true });
    return folder;
  };
  const failing = async (settings: object): Promise<string[]> => {
    const { checks } = await examine(writeConfig(settings));
    return checks.filter(({ title, verdict }) => verdict === 'fail' && title in ownChecks).map(({ title }) => title);
  };

  test('another one, where the server never was: nothing is made in it', async () => {
    const dataFolder = mkdtempSync(join(top, 'empty-'));
    expect(await failing({ dataFolder })).toEqual(['Data folder']);
    expect(readdirSync(dataFolder)).toEqual([]);
  });

  test.each([
    ['keys.json', ['Token keys']],
    ['signing-keys.json', ['Signing keys']],
    ['state.db', ['State']],
  ])('%s that is something else, without telling what', async (file, titles) => {
    const dataFolder = copyData();
    for (const end of ['', '-wal', '-shm']) rmSync(join(dataFolder, file + end), { force: true });
    writeFileSync(join(dataFolder, file), 'canary '.repeat(1000), { mode: 0o600 });
    expect(await failing({ dataFolder })).toEqual(titles);
    const { stdout, stderr } = await runHere(['doctor', 'simulated'], writeConfig({ dataFolder }));
    expect(stdout + stderr).not.toContain('canary');
  });
});
