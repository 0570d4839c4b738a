import { afterEach, describe, expect, test } from '@jest/globals';
import type { ServedHook } from '../src/connections/hook.js';
import { createBodyPools, poolLimits } from '../src/http/request-budget.js';
import { createTestConnection } from '../support/benches/core.js';
import { createMemoryProfile } from '../support/fakes/simulated-profile.js';
import { eventually } from '../support/run/eventually.js';
import { forFile } from '../support/run/for-file.js';
import { startApiServer } from '../support/servers/api-server.js';
import { type HalfSent, sendHalf } from '../support/servers/half-sent.js';

/* Senders who are silent, or say too little for too long. A second is a few milliseconds here. */

const answering: ServedHook = {
  budgetMs: 1_500,
  proof: 'body',
  admit: async () => async (body) => ({ status: 202, body: { took: body.length } }),
  refuse: (code) => ({ status: 418, body: { refusal: code } }),
  pass: { status: 200, body: null },
};

const open: HalfSent[] = [];
const timers: NodeJS.Timeout[] = [];

const profile = createMemoryProfile(['00u1']);
const connection = createTestConnection({ id: 'acme', profile, policy: { liveness: 'challenge' } });
const server = await forFile(
  startApiServer({
    connections: new Map([['acme', connection]]),
    hooks: new Map([['acme', { known: { ...answering, proof: 'headers' }, unknown: answering }]]),
    bodyPools: createBodyPools(poolLimits, 20),
  }),
);
afterEach(async () => {
  for (const timer of timers.splice(0)) clearInterval(timer);
  for (const each of open.splice(0)) each.end();
  const { hooks, capture, clients } = server.deps.bodyPools;
  await eventually(async () => {
    for (const { anonymous: strangers, authenticated: callers } of [hooks, capture, clients]) {
      expect([strangers.heldBytes, callers.heldBytes]).toEqual([0, 0]);
    }
  });
});

const send = async (path: string, given: Parameters<typeof sendHalf>[2]) => {
  const half = await sendHalf(server.port, path, given);
  open.push(half);
  return half;
};
/** Goes on and on. */
const trickle = (half: HalfSent, data: string | Uint8Array) => {
  timers.push(setInterval(() => void half.write(data), 10));
};

const json = { 'content-type': 'application/json', 'content-length': '1000000' };
const form = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '500000' };
const file = '--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n';
const refused = /^HTTP\/1.1 400 [\s\S]*\r\nConnection: close/;

describe('a sender that is too slow gets an error, and the connection is closed', () => {
  test.each([
    ['no body at all', json, ''],
    ['the beginning of JSON, then nothing', json, '{"photo":"'],
    ['the beginning of a form, then nothing', form, file],
    ['the beginning of a chunked body, then nothing', { 'transfer-encoding': 'chunked' }, '5\r\nabcde\r\n'],
  ])('if it sends %s', async (_, headers, body) => {
    for (const path of ['/generate', '/face/open']) {
      const half = await send(path, { headers, body });
      expect(await half.answer).toMatch(refused);
      await half.closed;
      expect(half.received()).toContain('"code":"request_malformed"');
    }
  });

  test.each([
    ['JSON', json, '{"photo":"', 'A'],
    ['a form', form, file, 'A'],
    ['a chunked body', { 'transfer-encoding': 'chunked' }, '', '1\r\nA\r\n'],
  ])('if it sends %s byte by byte', async (_, headers, body, more) => {
    const half = await send('/generate', { headers, body });
    trickle(half, more);
    expect(await half.answer).toMatch(refused);
    await half.closed;
  });

  test('a hook call, in the format of the provider, with or without a proven caller', async () => {
    for (const name of ['known', 'unknown']) {
      const half = await send(`/hooks/acme/${name}`, { headers: { 'content-length': '100' }, body: '{' });
      expect(await half.answer).toMatch(/^HTTP\/1.1 418 [\s\S]*\r\nConnection: close/);
      await half.closed;
      expect(half.received()).toContain('{"refusal":"request_malformed"}');
    }
  });
});

test('when many sources fill a memory pool, slow senders are evicted first', async () => {
  const hook = 'unknown';
  const patient = { ...poolLimits.hooks.anonymous, patienceSteps: 1_000, leastBytesPerStep: 0 };
  const bodyPools = createBodyPools({ ...poolLimits, hooks: { ...poolLimits.hooks, anonymous: patient } }, 20);
  const other = await startApiServer({
    hooks: new Map([['acme', { [hook]: answering }]]),
    bodyPools,
    proxyHops: 1,
  });
  const from = (source: string) => ({ 'x-forwarded-for': source });
  const halves = await Promise.all(
    Array.from({ length: 8 * 60 }, (_, at) =>
      sendHalf(other.port, `/hooks/acme/${hook}`, {
        headers: { ...from(`192.0.2.${at % 8}`), 'content-length': '16000' },
        body: Buffer.alloc(15_999),
      }),
    ),
  );
  const { anonymous: strangers } = bodyPools.hooks;
  await eventually(async () => expect(strangers.heldBytes).toBeGreaterThan(patient.capacityBytes - 16_000));
  for (let call = 0; call < 20; call += 1) {
    const response = await fetch(`${other.origin}/hooks/acme/${hook}`, {
      method: 'POST',
      headers: from('192.0.2.200'),
      body: Buffer.alloc(16_000),
    });
    expect(response.status).toBe(202);
  }
  expect(strangers.heldBytes).toBeLessThanOrEqual(patient.capacityBytes);
  for (const half of halves) half.end();
  await eventually(async () => expect(strangers.heldBytes).toBe(0));
});

test('a steady body is accepted, regardless of the duration of the transfer', async () => {
  const bytes = 16 * 1024;
  const half = await send('/hooks/acme/known', { headers: { 'content-length': String(40 * bytes) } });
  for (let piece = 0; piece < 40; piece += 1) {
    await half.write(Buffer.alloc(bytes));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await half.answer).toMatch(/^HTTP\/1.1 202 /);
});
