import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Service, startService } from '../../examples/demo/service.js';
import { joinReplicas, leaveReplicas } from '../../src/admin/operations/replicas.js';
import { stateGuard } from '../../src/config/state.js';
import type { Clock, State } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { recordPassedStepUp } from '../../src/step-up/passed-step-up.js';
import { toTokenEvent } from '../../support/data/okta-events.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { createStateFolder, type StateFolder } from '../../support/run/state-folder.js';
import { hasRedis, type RedisServer, startRedis } from '../../support/servers/redis.js';
import { configureService, serviceKey } from '../../support/servers/service-stage.js';

/* Three servers, each a process with its own data folder, on one Redis and one folder of keys; and fifty callers at once. */

const publicUrl = 'https://face.example.com';
const hookSecret = 'a secret of the test hooks';
const callers = 50;
const clock: Clock = { now: () => epochMs(Date.now()) };

const connections = [
  {
    id: 'workforce',
    kind: 'okta',
    policy: { mode: 'enforce', rules: [{ name: 'nobody', when: {}, outcome: 'deny', mode: 'shadow' }] },
    okta: {
      orgUrl: 'https://acme.okta.com',
      auth: { kind: 'api_token', token: 'unused' },
      hooks: { secret: { value: hookSecret } },
      provision: { registration: {} },
    },
  },
];

(hasRedis ? describe : describe.skip)('fifty callers at three servers on one Redis', () => {
  let top: string;
  let redis: RedisServer;
  let services: readonly Service[];
  let start: (name: string) => Promise<Service>;
  let folder: StateFolder;
  /** As a fourth server has it. */
  let state: State;

  beforeAll(async () => {
    top = createFolder('replicas');
    redis = await startRedis();
    const keysFolder = join(top, 'keys');
    await mkdir(keysFolder, { mode: 0o700 });
    const settings = {
      publicUrl,
      connections,
      state: { kind: 'redis', url: redis.url },
      keys: { kind: 'local', folder: keysFolder },
    };
    const env = configureService(top, settings);
    start = (name) => startService({ ...env, FACESTEP_DATA: join(top, name) });
    services = await Promise.all(['one', 'two', 'three'].map(start));
    folder = createStateFolder();
    state = await folder.open(stateGuard.parse(settings.state), clock);
  });
  afterAll(async () => {
    await state?.close();
    folder?.remove();
    await Promise.all((services ?? []).map((service) => service.stop()));
    await redis?.stop();
  });

  const post = async (at: number, path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${services[at % services.length]!.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) };
  };
  const readContents = async (path: string) => {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    return Promise.all(names.toSorted().map(async (name) => [name, await readFile(name, 'base64')]));
  };
  const race = <T>(call: (caller: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  const askHook = (caller: number, hook: string, event: object) =>
    post(caller, `/hooks/workforce/${hook}`, event, { authorization: hookSecret });

  test('exactly one caller opens the link of a step-up', async () => {
    const issued = await post(0, '/generateToken', { name: 'race' }, { 'x-admin-key': serviceKey });
    const auth = { 'x-auth-token': String(issued.body.token) };
    const { body } = await post(1, '/step-ups', { connection: 'workforce', subject: '00u1' }, auth);
    const ticket = new URL(String(body.url)).hash.slice(1);
    const opened = await race((caller) => post(caller, '/face/open', { ticket }));
    expect(opened.filter(({ status }) => status === 201)).toHaveLength(1);
    const refusals = opened.filter(({ status }) => status !== 201).map((each) => each.body.code);
    // A store on a busy machine may answer later than a server waits.
    expect(new Set(refusals.filter((code) => code !== 'state_unavailable'))).toEqual(new Set(['step_up_opened']));
  });

  test('every server counts what a rule would have refused at all of them', async () => {
    await Promise.all(
      ['00u3', '00u4', '00u3'].map((who, at) => askHook(at, 'token', toTokenEvent(clock, who, `e${at}`))),
    );
    const told = async (at: number) => {
      const headers = { 'x-admin-key': serviceKey };
      const response = await fetch(`${services[at]!.url}/connections/workforce/rules`, { headers });
      return z.object({ rules: z.tuple([z.object({ effect: z.json() })]) }).parse(await response.json()).rules[0]
        .effect;
    };
    const all = { signIns: 3, refused: 3, peopleRefused: 2 };
    await until(async () => isDeepStrictEqual(await told(0), all));
    expect(await Promise.all([told(1), told(2)])).toEqual([all, all]);
  });

  test('one hook event consumes a pass, and every server repeats the reply to that event', async () => {
    const subject = '00u2';
    const signIn = { application: null, address: null };
    const check = { stepUpId: 's', passedAt: clock.now(), liveness: 0.9, presence: 'movement-1' };
    const passed = { ...check, methods: ['face'] as const, judgedBy: 'challenge' as const, signIn };
    await recordPassedStepUp({ connection: 'workforce', subject }, passed, { freshnessSec: 300 }, { state });
    const event = (caller: number) => toTokenEvent(clock, subject, `event-${caller}`);
    const isClaimed = (body: unknown): boolean => JSON.stringify(body).includes('"result":"verified"');
    const answers = await race((caller) => askHook(caller, 'token', event(caller)));
    const claimed = answers.flatMap(({ body }, caller) => (isClaimed(body) ? [caller] : []));
    expect(claimed).toHaveLength(1);
    const again = await race((caller) => askHook(caller, 'token', event(claimed[0]!)));
    expect(again.filter(({ body }) => isClaimed(body))).toHaveLength(callers);
  });

  test('a server starts only when those of another release have ended, and changes nothing before', async () => {
    const startOne = async () => {
      services = [await start('one')];
    };
    const other = { chain: 'otherotherother', release: '0.0.9', computes: 'x', pictureKey: '' };
    await expect(joinReplicas(other, { state, clock })).rejects.toMatchObject({ code: 'release_differs' });
    await Promise.all(services.map((service) => service.stop()));
    // As data of the format without a mark, which is migrated.
    await rm(join(top, 'one', 'format.json'));
    await state.delete('format');
    const before = await readContents(join(top, 'one'));
    await joinReplicas(other, { state, clock });
    await expect(startOne()).rejects.toThrow(
      /\(release_differs\)\n.*\n {2}running: otheroth, release 0\.0\.9, last seen/,
    );
    expect(await state.read('format')).toBeNull();
    await leaveReplicas(other.chain, { state, clock });
    await state.write('format', { format: 9, readableFrom: 9, writtenBy: '9.1.0' }, { when: 'any', expiresAt: null });
    await expect(startOne()).rejects.toThrow(/data_newer/);
    expect(await readContents(join(top, 'one'))).toEqual(before);
    await state.delete('format');
    await startOne();
  });
});
