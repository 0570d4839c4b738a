import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import type { Fetch } from '../../src/core/ports.js';
import { toBody } from '../../support/data/event-body.js';
import { rightPassword, toPasswordEvent } from '../../support/data/okta-events.js';
import { askHook } from '../../test/contract/adapter.js';
import { type OktaBench, openOktaBench, signed } from '../../test/contract/okta.js';
import { isKept, passwordReplyGuard } from '../../test/contract/okta-replies.js';
import { parsePasswordImportHook } from './schema.js';

let bench: OktaBench;
beforeEach(async () => {
  bench = await openOktaBench();
});

const login = 'ada@example.com';
let events = 0;
const type = (password: string, { username = login, by = bench.adapter } = {}) =>
  askHook(by, 'password-import', signed(toBody(toPasswordEvent(bench.clock, username, `event-${++events}`, password))));
const passFace = (username = login) => bench.passStepUp(subjectOfIdentifier(username));

describe('an imported password', () => {
  test('is accepted only if both the face and the previous directory confirm it', async () => {
    expect(isKept(await type(rightPassword))).toBe(false);
    expect(bench.passwordsAsked).toEqual([]);
    await passFace();
    expect(isKept(await type('wrong'))).toBe(false);
    expect(bench.passwordsAsked).toEqual([{ username: login, password: 'wrong' }]);
    // The face check is used up by the guess.
    expect(isKept(await type(rightPassword))).toBe(false);
    await passFace();
    expect(isKept(await type(rightPassword))).toBe(true);
  });

  test('is not sent to the previous directory if the user name differs from the checked user', async () => {
    await passFace();
    expect(isKept(await type(rightPassword, { username: 'grace@example.com' }))).toBe(false);
    await bench.passStepUp(login);
    expect(isKept(await type(rightPassword, { username: 'grace@example.com' }))).toBe(false);
    expect(bench.passwordsAsked).toEqual([]);
    expect(isKept(await type(rightPassword, { username: 'Ada@Example.com' }))).toBe(true);
  });

  test('is refused without a face check, even if the policy allows sign-ins without a claim', async () => {
    const by = bench.connect({ policy: { whenUnverified: 'omit_claim', whenUnavailable: 'omit_claim' } });
    expect(isKept(await type(rightPassword, { by }))).toBe(false);
  });

  test('is refused if no previous directory is configured', async () => {
    const by = bench.connect({ okta: { passwordImport: undefined } });
    await passFace();
    expect(isKept(await type(rightPassword, { by }))).toBe(false);
  });

  test('in shadow mode is accepted if the previous directory confirms it', async () => {
    const by = bench.connect({ policy: { mode: 'shadow' } });
    expect(isKept(await type('wrong', { by }))).toBe(false);
    expect(isKept(await type(rightPassword, { by }))).toBe(true);
  });
});

describe('the previous directory', () => {
  const answers: [string, Fetch][] = [
    ['that is down', () => Promise.reject(new TypeError('fetch failed'))],
    ['that replies with status 500', async () => Response.json({ verified: true }, { status: 500 })],
    ['that replies with text in place of a boolean', async () => Response.json({ verified: 'true' })],
    [
      'that never replies',
      (_, { signal }) => new Promise((_resolve, reject) => signal?.addEventListener('abort', reject)),
    ],
  ];
  test.each(answers)('%s confirms no password', async (_, send) => {
    await passFace();
    expect(isKept(await type(rightPassword, { by: bench.connect({ fetch: send }) }))).toBe(false);
  });

  test('receives the configured secret, and the password is not sent to the target of a redirect', async () => {
    const requests: RequestInit[] = [];
    const send: Fetch = async (_, init) => {
      requests.push(init);
      return Response.json({ verified: true });
    };
    await passFace();
    expect(isKept(await type('anything', { by: bench.connect({ fetch: send }) }))).toBe(true);
    expect(requests).toMatchObject([{ method: 'POST', redirect: 'error' }]);
    expect(new Headers(requests[0]?.headers).get('authorization')).toBe(`Bearer ${bench.passwordVerifier.secret}`);
  });
});

test('a password appears in no log and no reply, and not in the output if its event is printed', async () => {
  const password = 'canary-password-5d1c';
  const event = toPasswordEvent(bench.clock, login, 'e', password);
  const parsed = parsePasswordImportHook(toBody(event));
  expect(inspect(parsed, { depth: null, showHidden: true }) + JSON.stringify(parsed)).not.toContain(password);
  await passFace();
  const replies = [await type(password), await type(password)];
  const broken = bench.connect({ fetch: (_, init) => Promise.reject(new Error(String(init.body))) });
  await passFace();
  replies.push(await type(password, { by: broken }));
  expect(JSON.stringify(replies) + bench.core.log.text() + JSON.stringify(bench.core.audit.events)).not.toContain(
    password,
  );
});

test('without a face check, every user name and password is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (username, password) => {
      const reply = await type(fc.sample(fc.constantFrom(password, rightPassword), 1)[0]!, { username });
      expect(passwordReplyGuard.safeParse(reply).error).toBeUndefined();
      expect(isKept(reply)).toBe(false);
    }),
  );
});
