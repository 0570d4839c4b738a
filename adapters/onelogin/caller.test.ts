import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Credential } from '../../src/core/secrets.js';
import type { RawRequest } from '../../test/contract/adapter.js';
import { hookSecret, toSignature, withSignature } from '../../test/contract/onelogin.js';
import { createManualClock } from '../../test/contract/state.js';
import { createCountCall, createReadSignature } from './caller.js';

const refused = { code: 'caller_untrusted' };
const clock = createManualClock();
const now = clock.now() / 1000;
const readSignature = createReadSignature({ secret: new Credential(hookSecret) }, { clock });
const verify = ({ headers, body }: RawRequest) => readSignature(headers)(body);
const body = Buffer.from('{"user_id":36216766,"request_id":"r"}');
const codeOf = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

describe('a request signature', () => {
  test.each([0, 1, -1, 300, -300])(
    'is accepted if its time differs from the server’s by %d seconds, and its time is returned',
    (apart) => {
      const signature = toSignature(body, now + apart);
      expect(verify(withSignature(body, signature))).toEqual({
        signedAt: (now + apart) * 1000,
        byPreviousSecret: false,
      });
    },
  );

  test.each([301, -301, 86_400, -now])('is refused if its time differs from the server’s by %d seconds', (apart) => {
    expect(codeOf(() => verify(withSignature(body, toSignature(body, now + apart))))).toBe(refused.code);
  });

  test('is accepted under the previous secret while one is configured, and the use is reported', () => {
    const secret = new Credential('the secret that the Smart Hook is given now');
    const byOld = withSignature(body, toSignature(body, now));
    const both = createReadSignature({ secret, previousSecret: new Credential(hookSecret) }, { clock });
    expect(both(byOld.headers)(body)).toMatchObject({ byPreviousSecret: true });
    const byNew = withSignature(
      body,
      toSignature(
        body,
        now,
        secret.use((text) => text),
      ),
    );
    expect(both(byNew.headers)(body)).toMatchObject({ byPreviousSecret: false });
    const one = createReadSignature({ secret }, { clock });
    expect(codeOf(() => one(byOld.headers)(body))).toBe(refused.code);
  });

  test('is refused before the body is read if it is malformed or expired', () => {
    const good = toSignature(body, now);
    for (const signature of [undefined, '', good.slice(0, -1), toSignature(body, now - 301)]) {
      const { headers } = withSignature(body, signature);
      expect(codeOf(() => readSignature(headers))).toBe(refused.code);
    }
  });

  test('is refused after a change of any byte of the body or the time', () => {
    const signature = toSignature(body, now);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Uint8Array.from(body);
        altered[at] = altered[at]! ^ change;
        expect(codeOf(() => verify(withSignature(altered, signature)))).toBe(refused.code);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (later) => {
        const moved = signature.replace(/^t=\d+/, `t=${now + later}`);
        expect(codeOf(() => verify(withSignature(body, moved)))).toBe(refused.code);
      }),
    );
  });

  test('is refused if digits move between the time and the body', () => {
    const joined = Buffer.from(`1.${body.toString()}`);
    const signature = toSignature(body, now).replace(/^t=\d+/, `t=${String(now).slice(0, -1)}`);
    expect(codeOf(() => verify(withSignature(joined, signature)))).toBe(refused.code);
  });

  test('is never accepted from arbitrary text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(codeOf(() => verify(withSignature(body, text)))).toBe(refused.code);
      }),
    );
    const good = toSignature(body, now);
    for (const text of [`v1=x,${good}`, `${good},v1=x`, good.replace(',', ', '), ` ${good}`, 'x'.repeat(1e6)]) {
      expect(codeOf(() => verify(withSignature(body, text)))).toBe(refused.code);
    }
  });
});

describe('the rate limit per address and user', () => {
  const source = '120.118.218.225';
  const ask = (count: ReturnType<typeof createCountCall>, times: number, who = { source, subject: '1' }) =>
    Array.from({ length: times }, () => codeOf(() => count(who)));

  test('allows twenty calls in five minutes', () => {
    const own = createManualClock();
    const count = createCountCall({ clock: own });
    expect(ask(count, 21)).toEqual([...Array<null>(20).fill(null), 'locked_out']);
    own.advanceSec(299);
    expect(ask(count, 1)).toEqual(['locked_out']);
    own.advanceSec(1);
    expect(ask(count, 20)).toEqual(Array<null>(20).fill(null));
  });

  test('keeps a bounded number of counters and drops the oldest', () => {
    const count = createCountCall({ clock });
    ask(count, 21);
    for (let n = 0; n < 10_000; n += 1) count({ source: String(n), subject: '1' });
    expect(ask(count, 1)).toEqual([null]);
  });

  test('is separate for other addresses and other users', () => {
    const count = createCountCall({ clock });
    ask(count, 100);
    expect(ask(count, 1)).toEqual(['locked_out']);
    expect(ask(count, 1, { source: '192.0.2.1', subject: '1' })).toEqual([null]);
    expect(ask(count, 1, { source, subject: '2' })).toEqual([null]);
  });
});
