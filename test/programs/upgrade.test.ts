import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { issueClientToken } from '../../examples/demo/backend.js';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import type { Clock } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { toTokenEvent } from '../../support/data/okta-events.js';
import { createTextLog, systemRandom } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder, projectRoot } from '../../support/run/paths.js';
import { hasRedis, type RedisServer, startRedis } from '../../support/servers/redis.js';
import { installRelease } from './released.js';

/* Two replicas of the last release change to this checkout's installed release, one after the other. */

const git = (...args: string[]) => execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8' }).trim();

/** A release is a commit of its own (CONTRIBUTING.md). A shallow checkout, or an archive, does not have it. */
function findLastRelease(): string {
  try {
    return git('log', '-1', '--format=%H', '--grep=^release: [0-9]', 'HEAD^');
  } catch {
    return '';
  }
}

const lastRelease = findLastRelease();
if (lastRelease === '')
  process.stderr.write(
    'SKIPPING the upgrade from the last release: no commit "release: <version>" is in this checkout\n',
  );

const adminKey = `fsa_${'k'.repeat(32)}`;
const hookSecret = 'a secret of the test hooks';
const clock: Clock = { now: () => epochMs(Date.now()) };
const json = { 'content-type': 'application/json' };
const top = createFolder('upgrade-program');

interface Version {
  readonly version: string;
  readonly main: string;
  /** Runs a command on the data of a replica. */
  run(replica: number, ...args: string[]): string;
}

/** The version whose package is in a folder. */
function versionIn(folder: string): Version {
  const main = join(folder, 'dist/src/main.js');
  return {
    version: z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
      .version,
    main,
    run: (replica, ...args) =>
      execFileSync(process.execPath, [main, ...args], { env: { ...process.env, ...envOf(replica) }, encoding: 'utf8' }),
  };
}

/** Checks a commit out, and compiles its server with its own dependencies. @returns the folder */
async function compileCommit(commit: string): Promise<string> {
  const checkout = join(top, 'former');
  git('clone', '--quiet', '--shared', '--no-checkout', projectRoot, checkout);
  const run = (file: string, ...args: string[]) => promisify(execFile)(file, args, { cwd: checkout });
  await run('git', 'checkout', '--quiet', commit);
  await run('npm', 'ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund');
  const tsc = join(projectRoot, 'node_modules/typescript/bin/tsc');
  const server = { extends: './tsconfig.json', include: ['src', 'adapters'], exclude: ['**/*.test.ts'] };
  writeFileSync(join(checkout, 'tsconfig.server.json'), JSON.stringify(server));
  for (const project of ['client', 'tsconfig.server.json'])
    await run(process.execPath, tsc, '-p', project, '--noCheck');
  return checkout;
}

const configFile = join(top, 'facestep.json');
const baseEnv = { FACESTEP_CONFIG: configFile, FACESTEP_ADMIN_KEY: adminKey, PORT: '0' };
const envOf = (replica: number) => ({ ...baseEnv, FACESTEP_DATA: join(top, `data-${replica}`) });

const startedGuard = z.object({ id: z.string(), challenge: z.string() });
const settledGuard = z.object({ state: z.string() });

(hasRedis && lastRelease !== '' ? describe : describe.skip)('from the last release to this checkout', () => {
  let former: Version;
  let next: Version;
  let redis: RedisServer;
  let okta: OktaSimulator;
  let pictures: Pictures;
  let replicas: Service[];

  beforeAll(async () => {
    const [checkout, installed] = await Promise.all([compileCommit(lastRelease), installRelease()]);
    former = versionIn(checkout);
    next = versionIn(installed.package);
    // Two builds and an installation take long where other programs run at the same time.
  }, 1_800_000);
  beforeAll(async () => {
    pictures = await loadPictures();
    redis = await startRedis();
    okta = await startOktaSimulator({ hookTimeoutMs: 30_000 });
    const keysFolder = join(top, 'keys');
    mkdirSync(keysFolder, { mode: 0o700 });
    const connection = {
      id: 'workforce',
      kind: 'okta',
      policy: { mode: 'enforce', liveness: 'off' },
      okta: {
        orgUrl: okta.url,
        auth: { kind: 'api_token', token: okta.apiToken },
        hooks: { secret: { value: hookSecret } },
        provision: { registration: {} },
      },
    };
    const settings = {
      modelsFolder,
      publicUrl: 'https://face.example.com',
      connections: [connection],
      verifier: { kind: 'embedded', workers: 1 },
      state: { kind: 'redis', url: redis.url },
      stopDelaySec: 1,
      keys: { kind: 'local', folder: keysFolder },
    };
    writeFileSync(configFile, JSON.stringify(settings));
    replicas = [await startService(envOf(0), devNull, former.main), await startService(envOf(1), devNull, former.main)];
    const { steps } = createOktaProvisioning({
      settings: createOktaConnectionGuard([]).parse(connection),
      publicUrl: replicas[0]!.url,
      random: systemRandom,
      clock,
      fetch: (url, init) => fetch(url, init),
      log: createTextLog(),
    });
    for (const { inspect, apply } of steps) if ((await inspect()).state === 'missing') await apply();
  });
  afterAll(async () => {
    await Promise.all((replicas ?? []).map((each) => each.stop()));
    await okta?.close();
    await redis?.stop();
  });

  test('two replicas change version together and back, and answer every hook call and check correctly', async () => {
    const eve = await okta.createUser({ login: 'eve@example.com', password: 'correct horse' });
    // That of toTokenEvent.
    const application = '0oafacestepapp000001';
    const post = async (service: Service, path: string, headers: Record<string, string>, body: string | FormData) => {
      const sent = { method: 'POST', headers: { ...headers, connection: 'close' }, body };
      const response = await fetch(service.url + path, sent);
      return { status: response.status, body: await response.text() };
    };
    const at = { connection: 'workforce', application };
    const token = { 'x-auth-token': await issueClientToken(replicas[0]!.url, adminKey, { name: 'load' }) };
    const client = { ...json, ...token };

    const picture = (index: 0 | 1) => new Blob([Uint8Array.from(pictures.person[index])]);
    let people = 0;
    /** Each check is of another person, because a person's photo counts as a copy the second time. */
    const enrol = async (service: Service): Promise<string> => {
      const user = await okta.createUser({ login: `ada-${people++}@example.com`, password: 'correct horse' });
      const form = new FormData();
      const consent = { consentStatement: 'Sign-in with my face', consentGivenAt: new Date(clock.now()).toISOString() };
      for (const [name, text] of Object.entries({ connection: at.connection, subject: user, ...consent }))
        form.append(name, text);
      form.append('photo', picture(0), 'photo.jpg');
      expect(await post(service, '/enrolments', token, form)).toMatchObject({ status: 201 });
      return user;
    };
    const begin = async (service: Service, subject: string) => {
      const { status, body } = await post(service, '/step-ups', client, JSON.stringify({ ...at, subject }));
      if (status >= 400) throw new Error(`POST /step-ups answered ${status}: ${body}`);
      return startedGuard.parse(JSON.parse(body));
    };
    const finish = async (service: Service, { id, challenge }: z.infer<typeof startedGuard>) => {
      const form = new FormData();
      form.append('challenge', challenge);
      form.append('photo', picture(1), 'photo.jpg');
      return settledGuard.parse(JSON.parse((await post(service, `/step-ups/${id}/photos`, {}, form)).body)).state;
    };
    let events = 0;
    const askHook = async (service: Service, user: string) => {
      const event = JSON.stringify(toTokenEvent(clock, user, `event-${events++}`));
      const { status, body } = await post(
        service,
        '/hooks/workforce/token',
        { ...json, authorization: hookSecret },
        event,
      );
      if (body.includes('"result":"verified"')) return `${status} verified`;
      return body.includes('face_not_verified') ? `${status} refused` : `${status} ${body}`;
    };

    const answers = { stranger: new Map<string, number>(), checked: new Map<string, number>() };
    const count = (of: Map<string, number>, answer: string) => of.set(answer, (of.get(answer) ?? 0) + 1);
    const pick = (turn: number): Service => replicas[turn % replicas.length]!;
    /** A check at one replica, and the hook it is for at the other one. */
    const check = async (turn: number): Promise<void> => {
      const user = await enrol(pick(turn));
      const state = await finish(pick(turn), await begin(pick(turn + 1), user));
      count(answers.checked, `${state}, ${await askHook(pick(turn + 1), user)}`);
    };
    const serve = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) count(answers.stranger, await askHook(pick(turn), eve));
      for (let turn = 0; turn < 4; turn += 1) await check(turn);
    };
    const change = async (to: Version): Promise<void> => {
      await Promise.all(replicas.map((each) => each.stop()));
      for (const index of replicas.keys()) replicas[index] = await startService(envOf(index), devNull, to.main);
    };

    await serve();
    // As docs/install.md has it: a copy, and then all replicas.
    for (const index of replicas.keys()) {
      next.run(index, 'backup', join(top, `backup-${index}`));
    }
    for (const to of [next, former, next]) {
      await change(to);
      await serve();
    }
    expect([...answers.stranger.keys()]).toEqual(['200 refused']);
    expect([...answers.checked.keys()]).toEqual(['passed, 200 verified']);
    process.stderr.write(`upgraded from ${former.version} (${lastRelease.slice(0, 8)}) to ${next.version}: `);
    process.stderr.write(
      `${answers.stranger.get('200 refused')} hook calls, ${[...answers.checked.values()]} checks\n`,
    );
    for (const index of replicas.keys()) expect(next.run(index, 'audit', 'verify')).toContain(': sound');
    const trail = readFileSync(join(top, 'data-0/audit.jsonl'), 'utf8');
    const versions = [...trail.matchAll(/"action":"configuration_loaded".*"version":"([^"]+)"/g)].map(
      ([, each]) => each,
    );
    expect(versions).toEqual([former, next, former, next].map(({ version }) => version));
  });
});
