import { afterEach, describe, expect, test } from '@jest/globals';
import type { Json } from '../src/errors.js';
import { type CallerPools, createBodyPools, poolLimits } from '../src/http/request-budget.js';
import { toTokenEvent } from '../support/data/okta-events.js';
import { eventually } from '../support/run/eventually.js';
import { forFile } from '../support/run/for-file.js';
import { type HalfSent, sendHalf } from '../support/servers/half-sent.js';
import { openOktaBench, signed } from './contract/okta.js';
import { isClaimed } from './contract/okta-replies.js';
import { startOktaServer } from './contract/okta-server.js';

/* Bodies that are begun and never finished, by callers whom no one knows: others are served as if they were not there. */

const ada = '00uAda00000000000001';

/** Large ones first, then what still fits between them: anyone who wants to fill something up does as much. */
const begun = [
  { count: 120, bytes: 300_000 },
  { count: 40, bytes: 16_000 },
  { count: 100, bytes: 400 },
] as const;

const open: HalfSent[] = [];
let events = 0;

const bench = await openOktaBench();
// No one is cut for being slow: what is unfinished stays so, on a busy machine too.
const server = await forFile(startOktaServer(bench, bench.adapter, createBodyPools(poolLimits, 60_000)));
const port: number = Number(new URL(server.origin).port);
afterEach(async () => {
  for (const each of open.splice(0)) each.end();
  // Anyone who gives up gives everything back.
  await eventually(async () => expect(heldBytes()).toBe(0));
});

const parts = () =>
  Object.values<CallerPools>({ ...server.rooms }).flatMap(({ anonymous: strangers, authenticated: callers }) => [
    strangers,
    callers,
  ]);
const heldBytes = () => parts().reduce((sum, part) => sum + part.heldBytes, 0);

const send = async (path: string, given: Parameters<typeof sendHalf>[2]) => {
  const half = await sendHalf(port, path, given);
  open.push(half);
  return half;
};
const many = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make));

async function fill(path: string, headers: Record<string, string>): Promise<void> {
  for (const { count, bytes } of begun) {
    const body = Buffer.alloc(bytes, ' ');
    await many(count, () => send(path, { headers, body }));
  }
}

/** What Okta sends about someone who has just passed a step-up. */
async function toCall() {
  await bench.passStepUp(ada, `step-up-${++events}`);
  const body = Buffer.from(JSON.stringify(toTokenEvent(bench.clock, ada, `event-${events}`)));
  const headers = Object.entries(signed(body).headers).map(([name, value]) => [name, String(value)]);
  return { body, headers: Object.fromEntries(headers) as Record<string, string> };
}

async function askAsOkta() {
  const response = await fetch(`${server.origin}/hooks/workforce/token`, { method: 'POST', ...(await toCall()) });
  return { status: response.status, body: (await response.json()) as Json };
}

const expectOktaServed = async () => {
  for (let call = 0; call < 5; call += 1) expect(isClaimed(await askAsOkta())).toBe(true);
};
const statusOf = async ({ answer }: HalfSent) => Number(/^HTTP\/1.1 (\d+)/.exec(await answer)?.[1]);

const wrong = { authorization: 'Bearer wrong' };
const announced = { 'content-length': '1000000' };
const inPieces = { 'transfer-encoding': 'chunked' };
const waiting = { ...announced, expect: '100-continue' };

describe('unfinished calls of a hook', () => {
  test.each([
    ['a wrong secret', { ...wrong, ...announced }],
    ['no secret', announced],
    ['a wrong secret and a chunked body', { ...wrong, ...inPieces }],
    ['a wrong secret and Expect: 100-continue', { ...wrong, ...waiting }],
  ])('use no memory if they have %s, and Okta’s calls are answered', async (_, headers) => {
    await fill('/hooks/workforce/token', headers);
    expect(heldBytes()).toBe(0);
    await expectOktaServed();
  });

  test('get the provider’s error before the body is read, and the connection is closed', async () => {
    const { status } = bench.adapter.hooks.token!.refuse('caller_untrusted');
    const half = await send('/hooks/workforce/token', { headers: { ...wrong, ...announced } });
    expect(await statusOf(half)).toBe(status);
    await half.closed;
  });

  test('use only the memory of authenticated callers if they come from Okta', async () => {
    const { headers } = await toCall();
    const held = await many(20, () =>
      send('/hooks/workforce/token', { headers: { ...headers, ...announced }, body: Buffer.alloc(900_000, ' ') }),
    );
    const { hooks } = server.rooms;
    await eventually(async () => expect(hooks.authenticated.heldBytes).toBeGreaterThan(15 * 900_000));
    expect(hooks.anonymous.heldBytes).toBe(0);
    expect(hooks.authenticated.heldBytes).toBeLessThanOrEqual(hooks.authenticated.limits.capacityBytes);
    // Nothing is denied that the org does not do to itself, and only until they are gone.
    for (const each of held) each.end();
    await eventually(async () => expect(heldBytes()).toBe(0));
    await expectOktaServed();
  });
});

test('unfinished calls of the REST API and the capture page do not block Okta and known callers', async () => {
  const headers = { 'content-type': 'application/json', 'content-length': '2000000' };
  for (const path of ['/generate', '/face/open', '/step-ups/requested', '/new-credentials', '/generateToken']) {
    await fill(path, headers);
  }
  for (const { anonymous: strangers } of [server.rooms.clients, server.rooms.capture]) {
    await eventually(async () => expect(strangers.heldBytes).toBeGreaterThan(0));
    expect(strangers.heldBytes).toBeLessThanOrEqual(strangers.limits.shareBytes);
  }
  await expectOktaServed();
  const started = await server.post('/step-ups', { connection: 'workforce', subject: ada });
  expect(started.status).toBe(201);
});

test('600 anonymous connections with form bodies use at most one source’s share of memory', async () => {
  const field = `--b\r\nContent-Disposition: form-data; name="scope"\r\n\r\n${'x'.repeat(8_000)}\r\n`;
  const headers = { 'content-type': 'multipart/form-data; boundary=b', ...announced };
  const halves = await many(600, () => send('/generate', { headers, body: field.repeat(15) }));
  const refusedCount = () => halves.filter(({ received }) => received().startsWith('HTTP/1.1 503')).length;
  await eventually(async () => expect(refusedCount()).toBeGreaterThanOrEqual(600 - 128));
  const { anonymous: strangers } = server.rooms.clients;
  expect(strangers.heldBytes).toBeGreaterThan(0);
  expect(strangers.heldBytes).toBeLessThanOrEqual(strangers.limits.shareBytes);
  await expectOktaServed();
});

test('a verified caller with Expect: 100-continue gets 100 Continue and then the answer', async () => {
  const { headers, body } = await toCall();
  const half = await send('/hooks/workforce/token', {
    headers: { ...headers, 'content-length': String(body.length), expect: '100-continue' },
  });
  await eventually(async () => expect(half.received()).toMatch(/^HTTP\/1.1 100 Continue/));
  await half.write(body);
  await eventually(async () => expect(half.received()).toMatch(/HTTP\/1.1 200 OK[\s\S]*"commands"/));
});
