import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Json } from '../src/json.js';
import { type OktaBench, openOktaBench, signed } from './contract/okta.js';
import { toTokenEvent } from './contract/okta-events.js';
import { isClaimed } from './contract/okta-replies.js';
import { type HalfSent, sendHalf } from './half-sent.js';
import { type OktaServer, startOktaServer } from './okta-server.js';

/* Bodies that are begun and never finished, by callers whom nobody knows: others are served as if they were not there. */

const ada = '00uAda00000000000001';
/** Large ones first, then what still fits between them: whoever wants to fill something up does as much. */
const begun = [
  { count: 120, bytes: 300_000 },
  { count: 40, bytes: 16_000 },
  { count: 100, bytes: 400 },
] as const;

let bench: OktaBench;
let server: OktaServer;
let port: number;
const open: HalfSent[] = [];
let events = 0;

beforeAll(async () => {
  bench = await openOktaBench();
  server = await startOktaServer(bench);
  port = Number(new URL(server.origin).port);
});
afterEach(() => {
  for (const each of open.splice(0)) each.end();
});
afterAll(async () => {
  await server.stop();
  await bench.close();
});

async function fill(path: string, headers: Record<string, string>): Promise<void> {
  for (const { count, bytes } of begun) {
    const body = Buffer.alloc(bytes, ' ');
    open.push(...(await Promise.all(Array.from({ length: count }, () => sendHalf(port, path, { headers, body })))));
  }
}

/** What the hook answers to Okta, about somebody who has just passed a step-up. */
async function askAsOkta() {
  await bench.passStepUp(ada, `step-up-${++events}`);
  const body = Buffer.from(JSON.stringify(toTokenEvent(bench.clock, ada, `event-${events}`)));
  const headers = Object.entries(signed(body).headers).map(([name, value]) => [name, String(value)]);
  const response = await fetch(`${server.origin}/hooks/workforce/token`, {
    method: 'POST',
    headers: Object.fromEntries(headers),
    body,
  });
  return { status: response.status, body: (await response.json()) as Json };
}

test.each([
  ['a wrong secret', { authorization: 'Bearer wrong' }],
  ['no secret', {}],
])('unfinished calls of a hook with %s leave Okta with its answers', async (_, headers) => {
  await fill('/hooks/workforce/token', { ...headers, 'content-length': '1000000' });
  for (let call = 0; call < 5; call += 1) expect(isClaimed(await askAsOkta())).toBe(true);
});

test('unfinished calls of the REST API, the capture page and OpenID providers leave Okta with its answers', async () => {
  const headers = { 'content-type': 'application/json', 'content-length': '2000000' };
  for (const path of ['/generate', '/face/open', '/step-ups/requested', '/new-credentials']) {
    await fill(path, headers);
  }
  for (let call = 0; call < 5; call += 1) expect(isClaimed(await askAsOkta())).toBe(true);
});
