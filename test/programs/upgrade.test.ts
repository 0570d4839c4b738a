import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Replica } from '../../evidence/bench/servers.js';
import { openStage, type Stage } from '../../evidence/faults/stage.js';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';
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

const top = createFolder('upgrade-program');

interface Version {
  readonly version: string;
  readonly main: string;
}

/** The version whose package is in a folder. */
function versionIn(folder: string): Version {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(text));
  return { version, main: join(folder, 'dist/src/main.js') };
}

/** Runs a command on the data of a replica. */
const run = ({ env }: Replica, { main }: Version, ...args: string[]): string =>
  execFileSync(process.execPath, [main, ...args], { env: { ...process.env, ...env }, encoding: 'utf8' });

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

(hasRedis && lastRelease !== '' ? describe : describe.skip)('from the last release to this checkout', () => {
  let former: Version;
  let next: Version;
  let redis: RedisServer;
  let stage: Stage;

  beforeAll(async () => {
    const [checkout, installed] = await Promise.all([compileCommit(lastRelease), installRelease()]);
    former = versionIn(checkout);
    next = versionIn(installed.package);
    // Two builds and an installation take long where other programs run at the same time.
  }, 1_800_000);
  beforeAll(async () => {
    redis = await startRedis();
    const config = { limits: undefined, stopDelaySec: 1 };
    const tokenRequest = { name: 'load' };
    stage = await openStage({ redisUrl: redis.url, count: 2, main: former.main, config, tokenRequest });
  });
  afterAll(async () => {
    await stage?.close();
    await redis?.stop();
  });

  test('two replicas change version together and back, and answer every hook call and check correctly', async () => {
    const { client, pictures, replicas, createUsers } = stage;
    const [eve = ''] = await createUsers(1);
    const answers = { stranger: new Set<string>(), checked: new Set<string>() };
    let events = 0;
    const ask = (user: string) => client.callHook(user, `event-${events++}`);
    /** Requests go to the replicas in turn, so that a check and its hook are at different ones. */
    const serve = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) answers.stranger.add(await ask(eve));
      // Each check is of another person, because a person's photo counts as a copy the second time.
      for (const user of await createUsers(4)) {
        expect(await client.enrol(user, pictures.person[0])).toBe(true);
        answers.checked.add(`${await client.checkFace(user, pictures.person[1])}, ${await ask(user)}`);
      }
    };
    await serve();
    // As docs/install.md has it: a copy, and then all replicas.
    for (const each of replicas) run(each, next, 'backup', join(top, `backup of ${each.name}`));
    for (const to of [next, former, next]) {
      await Promise.all(replicas.map((each) => each.stop()));
      for (const each of replicas) await each.start(to.main);
      await serve();
    }
    expect([...answers.stranger]).toEqual(['denied']);
    expect([...answers.checked]).toEqual(['passed, granted']);
    for (const each of replicas) expect(run(each, next, 'audit', 'verify')).toContain(': sound');
    const trail = readFileSync(join(replicas[0].dataFolder, 'audit.jsonl'), 'utf8');
    const versions = [...trail.matchAll(/"action":"configuration_loaded".*"version":"([^"]+)"/g)].map(
      ([, each]) => each,
    );
    expect(versions).toEqual([former, next, former, next].map(({ version }) => version));
  });
});
