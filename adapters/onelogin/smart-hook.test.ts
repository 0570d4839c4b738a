import { readdirSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { runFunction } from '../../simulators/onelogin/hook-run.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import { projectRoot } from '../../support/run/paths.js';
import { startHooks } from '../../support/servers/hook-server.js';
import { type ConnectionChanges, openServer } from '../../test/contract/bench.js';
import { hookSecret, type OneLoginBench, openOneLoginBench } from '../../test/contract/onelogin.js';
import type { SmartHookType } from './schema.js';
import {
  decodeFunction,
  encodeFunction,
  maxFunctionCharacters,
  readComposed,
  readMarker,
  renderSmartHook,
} from './smart-hook.js';

/* The function as OneLogin runs it: in a process of its own, against the real server on a socket. */

const ownPolicyId = 187_345;
const userId = '36216766';

let bench: OneLoginBench;
beforeEach(async () => {
  bench = await openOneLoginBench();
});

/** The hooks of the adapter on a socket. */
async function startServer(changes: ConnectionChanges = {}): Promise<string> {
  const { port } = await startHooks(new Map([['workforce', bench.connect(changes).hooks]]));
  return `http://127.0.0.1:${port}`;
}

/** A server that is not ours, in its place. */
const startOther = async (listener: RequestListener): Promise<string> => (await openServer(listener)).url;

const answering = (status: number, body: string) => startOther((_, response) => response.writeHead(status).end(body));
/** No one listens on port 1. */
const nowhere = 'http://127.0.0.1:1';

const readContext = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(projectRoot, 'adapters/onelogin/smart-hook/contexts', name), 'utf8'));
const application = readContext('pre-authentication-application.json');
const migration = readContext('user-migration-documented.json');

interface Run {
  readonly type?: SmartHookType;
  readonly onelogin?: Readonly<Record<string, unknown>>;
  readonly compose?: string;
  readonly context?: Record<string, unknown>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Renders the function, and runs it as OneLogin does. */
async function run(publicUrl: string, options: Run = {}, logged: string[] = []) {
  const { type = 'pre-authentication', onelogin = {}, compose = null, env = {} } = options;
  const source = renderSmartHook({ type, settings: bench.configure({ onelogin }), publicUrl, compose });
  const outcome = await runFunction({
    source: decodeFunction(encodeFunction(source)),
    context: options.context ?? (type === 'pre-authentication' ? application : migration),
    env: { FACESTEP_SECRET: hookSecret, FACESTEP_POLICY_ID: String(bench.facePolicyId), ...env },
    timeoutMs: 30_000,
    now: () => bench.clock.now(),
  });
  logged.push(...outcome.events);
  expect(outcome.events.join()).not.toMatch(/top-secret|jim-hendrix|120\.118|36216766|canary/);
  return outcome.failure === null ? outcome.answer : outcome.failure;
}

const steered = (policy_id: number) => ({ success: true, user: { policy_id } });
const normal = steered(ownPolicyId);
const denied = { success: false, user: null };
const nobody = { success: false, user: {} };

describe('the request of the Smart Hook', () => {
  const types: readonly SmartHookType[] = ['pre-authentication', 'user-migration'];
  test.each(
    types.flatMap((type) =>
      readdirSync(join(projectRoot, 'adapters/onelogin/fixtures'))
        .filter((file) => file.startsWith(type))
        .map((file) => [type, file] as const),
    ),
  )('for the documented %s context contains only the data of %s', async (type, file) => {
    const bodies: string[] = [];
    const url = await startOther(async (request, response) => {
      bodies.push(await text(request));
      response.end('{"decision":"allow"}');
    });
    await run(url, { type, context: readContext(file), compose: 'exports.handler = async () => ({});' });
    const fixture = readFileSync(join(projectRoot, 'adapters/onelogin/fixtures', file), 'utf8');
    expect(bodies.map((body) => JSON.parse(body))).toEqual([JSON.parse(fixture)]);
  });
});

describe('the Smart Hook while the server is reachable', () => {
  test('returns the normal policy once after a fresh step-up, and again for a repeat of the same request', async () => {
    const url = await startServer();
    const face = steered(bench.facePolicyId);
    expect(await run(url)).toEqual(face);
    const another = { ...application, request_id: 'another' };
    await bench.passStepUp(userId);
    expect(await run(url, { context: another })).toEqual(normal);
    expect(await run(url, { context: another })).toEqual(normal);
    expect(await run(url, { context: { ...application, request_id: 'a third' } })).toEqual(face);
  });

  test.each([
    ['no face policy', { FACESTEP_POLICY_ID: '' }],
    ['a face policy that is not a number', { FACESTEP_POLICY_ID: 'Face' }],
  ])('with %s refuses a sign-in without a step-up', async (_, env) => {
    const url = await startServer();
    expect(await run(url, { env })).toEqual(denied);
    await bench.passStepUp(userId);
    expect(await run(url, { env, context: { ...application, request_id: 'another' } })).toEqual(normal);
  });

  test.each([
    ['another secret', { env: { FACESTEP_SECRET: `${hookSecret}x` } }],
    ['no secret', { env: { FACESTEP_SECRET: '' } }],
  ])('with %s returns the unverified decision, never the normal policy or the outage setting', async (_, options) => {
    const url = await startServer();
    await bench.passStepUp(userId);
    expect(await run(url, { ...options, onelogin: { whenDown: 'allow' } })).toEqual(steered(bench.facePolicyId));
    const onelogin = { whenDown: 'allow', unverified: 'refuse' };
    expect(await run(url, { ...options, onelogin })).toEqual(denied);
  });
});

describe('the Smart Hook while the server is unreachable', () => {
  const outages: readonly (readonly [string, () => Promise<string>])[] = [
    ['no server listens', async () => nowhere],
    ['the server replies with status 500', () => answering(500, '{"decision":"allow"}')],
    ['the server replies with an invalid decision', () => answering(200, '{"decision":"yes"}')],
    ['the server closes the connection', () => startOther((request) => request.destroy())],
    ['the server redirects', () => startOther((_, response) => response.writeHead(307, { location: nowhere }).end())],
    ['the server never answers', () => startOther(() => {})],
  ];

  test.each([
    ['face_policy', () => steered(bench.facePolicyId)],
    ['allow', () => normal],
    ['refuse', () => denied],
  ])('applies the setting whenDown: %s', async (whenDown, toExpected) => {
    expect(await run(nowhere, { onelogin: { whenDown } })).toEqual(toExpected());
  });

  // Neither a decision nor a refusal of ours would be a denial here.
  test.each(outages.filter(([what]) => /listens|500|never answers/.test(what)))(
    'does not migrate a user, unless whenDown is allow, if %s',
    async (_, start) => {
      const url = await start();
      const compose = 'exports.handler = async () => ({ success: true, user: { username: "ada" } });';
      const choose = (whenDown: string) =>
        run(url, { type: 'user-migration', compose, onelogin: { whenDown, timeoutSec: 4 } });
      expect(await choose('face_policy')).toEqual(nobody);
      expect(await choose('refuse')).toEqual(nobody);
      expect(await choose('allow')).toEqual({ success: true, user: { username: 'ada' } });
    },
  );

  test.each(outages)('applies whenDown if %s', async (_, start) => {
    expect(await run(await start(), { onelogin: { whenDown: 'refuse', timeoutSec: 1 } })).toEqual(denied);
  });
});

describe('the Smart Hook with an invalid context', () => {
  const huge = 'x'.repeat(1024 * 1024);
  const user = application.user as Record<string, unknown>;
  const hostile: Record<string, unknown>[] = [
    {},
    { user: null },
    { ...application, user: {} },
    { ...application, user: { policy_id: ownPolicyId } },
    { ...application, user: { ...user, id: huge } },
    { ...application, user: { ...user, id: -1 } },
    { ...application, user: { ...user, id: '../36216766' } },
    { ...application, request_id: huge },
    { ...application, request_id: undefined },
  ];

  test.each(hostile.map((context, index) => [index, context] as const))(
    'does not return the normal policy if the context lacks required data (%#)',
    async (_, context) => {
      await bench.passStepUp(userId);
      const onelogin = { whenDown: 'allow' };
      expect(await run(await startServer(), { context, onelogin })).toEqual(steered(bench.facePolicyId));
      const strict = { ...onelogin, unverified: 'refuse' };
      expect(await run(await startServer({ onelogin: strict }), { context, onelogin: strict })).toEqual(denied);
    },
  );

  test.each([[undefined], [null], [''], ['x'], [Number.NaN], [0], [-1], [1.5], [{}]])(
    'returns and logs the face policy if the policy id of the user is %p and no normal policy is configured',
    async (policy_id) => {
      await bench.passStepUp(userId);
      const context = { ...application, user: { ...user, policy_id } };
      const logged: string[] = [];
      const url = await startServer();
      expect(await run(url, { context }, logged)).toEqual(steered(bench.facePolicyId));
      expect(logged).toEqual(['facestep: allowed, but the user has no policy']);
      const onelogin = { normalPolicyId: ownPolicyId };
      expect(await run(url, { context, onelogin }, logged)).toEqual(normal);
      expect(logged).toHaveLength(1);
    },
  );

  test('returns the user’s own policy after a step-up if its id is text', async () => {
    await bench.passStepUp(userId);
    const context = { ...application, user: { ...user, policy_id: String(ownPolicyId) } };
    const logged: string[] = [];
    expect(await run(await startServer(), { context }, logged)).toEqual(normal);
    expect(logged).toEqual([]);
  });
});

describe('the Smart Hook composed with the previous function', () => {
  const deny = 'exports.handler = async () => ({ success: false, user: null });';
  const choose = (policy: number) => `exports.handler = async (context) => {
    context.user.policy_id = ${policy};
    return { success: true, user: { policy_id: context.user.policy_id } };
  };`;

  test('returns a denial of the previous function and consumes no step-up', async () => {
    const url = await startServer();
    await bench.passStepUp(userId);
    expect(await run(url, { compose: deny })).toEqual(denied);
    expect(await run(url)).toEqual(normal);
  });

  test('returns the policy of the previous function only after a step-up', async () => {
    const url = await startServer();
    expect(await run(url, { compose: choose(4711) })).toEqual(steered(bench.facePolicyId));
    await bench.passStepUp(userId);
    const context = { ...application, request_id: 'another' };
    expect(await run(url, { compose: choose(4711), context })).toEqual(steered(4711));
  });

  test.each([
    ['throws', 'exports.handler = async () => { throw new Error("jim-hendrix"); };'],
    ['does not load', 'require("axios"); exports.handler = async () => ({});'],
    ['returns text', 'exports.handler = async () => "yes";'],
    ['never returns', 'exports.handler = () => new Promise(() => {});'],
    [
      'leaves too little time for the call to the server',
      'exports.handler = () => new Promise((resolve) => setTimeout(() => resolve({ success: true, user: {} }), 700));',
    ],
  ])('does not return the normal policy if the previous function %s', async (_, compose) => {
    const url = await startServer();
    await bench.passStepUp(userId);
    const onelogin = { whenDown: 'allow', timeoutSec: 1 };
    expect(await run(url, { compose, onelogin })).toEqual(steered(bench.facePolicyId));
    expect(await run(url, { compose, onelogin: { ...onelogin, unverified: 'refuse' } })).toEqual(denied);
    expect(await run(url, { type: 'user-migration', compose, onelogin })).toEqual(nobody);
  });

  test('migrates a user only after a step-up, and passes the whole context with the password to the previous function', async () => {
    const url = await startServer();
    const compose = `exports.handler = async ({ user_identifier, password }) =>
      password === 'top-secret-password' ? { success: true, user: { username: user_identifier } } : { success: false, user: {} };`;
    const migrate = (request_id: string) =>
      run(url, { type: 'user-migration', compose, context: { ...migration, request_id } });
    expect(await migrate('first')).toEqual(nobody);
    await bench.passStepUp(subjectOfIdentifier('Jim-Hendrix'));
    expect(await migrate('second')).toEqual({ success: true, user: { username: 'jim-hendrix' } });
    expect(await migrate('third')).toEqual(nobody);
  });
});

describe('rendering the Smart Hook', () => {
  const render = (compose: string | null, type: SmartHookType = 'pre-authentication') =>
    renderSmartHook({ type, settings: bench.configure(), publicUrl: 'https://face.example.com', compose });
  const reasonOf = (compose: string): unknown => {
    try {
      return render(compose).length;
    } catch (error) {
      return error;
    }
  };

  test('includes type and connection but no secret, and leaves space for the code of a previous function', () => {
    const source = render(null);
    expect(readMarker(source)).toEqual({
      type: 'pre-authentication',
      connection: 'workforce',
      keyCheck: expect.stringMatching(/^[0-9a-f]{6}$/),
      policyId: bench.facePolicyId,
    });
    expect(source).not.toMatch(/canary|sourceMappingURL|ts-check/);
    expect(encodeFunction(source).length).toBeLessThan(maxFunctionCharacters * 0.7);
  });

  test('returns the composed function unchanged when read back', () => {
    const compose = '\n// ünïcode “quotes” `$&` \\u0041 $1\r\nexports.handler = async () => ({});\n\n';
    expect(readComposed(render(compose))).toBe(compose);
    expect(readComposed(render(null))).toBeNull();
    expect(readComposed('exports.handler = 1;')).toBeNull();
    expect(readMarker('exports.handler = 1;')).toBeNull();
  });

  test.each([
    ['text that is not JavaScript', 'exports.handler = (', 'compose_syntax'],
    ['JavaScript that closes the enclosing function', '})(module, module.exports); (() => {', 'compose_syntax'],
  ])('refuses %s', (_, compose, reason) => {
    expect(reasonOf(compose)).toMatchObject({ code: 'config_invalid', detail: { reason } });
  });
});
