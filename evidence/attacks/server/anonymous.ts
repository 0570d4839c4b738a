import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { z } from 'zod';
import { peakMiB, quantile, residentMiB, round } from '../../bench/measure.js';
import { succeeds } from '../../measure/program.js';
import { type Size, toClaim } from '../attack.js';
import { asSession } from './credentials.js';
import { createCaller, get, toRedirected } from './exchange.js';
import {
  authorizationParams,
  beginSignIn,
  type Film,
  openVisit,
  startHandOff,
  takeFrames,
  toFramesRequest,
} from './page.js';
import { clientOf } from './providers.js';
import type { Stage } from './stage.js';
import { enrolUser } from './victims.js';

/* What callers who have proved nothing can fill, starve or learn. */

const countGuard = z.object({ count: z.int() });

/** Returns the number of the store's records whose key begins so. */
function countRecords({ stateFile }: Stage, prefix: string): number {
  const store = new Database(stateFile, { readonly: true });
  try {
    return countGuard.parse(store.prepare('SELECT count(*) AS count FROM record WHERE key GLOB ?').get(`${prefix}*`))
      .count;
  } finally {
    store.close();
  }
}

export const countLines = async (file: string): Promise<number> =>
  (await readFile(file, 'utf8')).split('\n').length - 1;

const target = (stage: Stage) => clientOf(stage.providers, 'load');

async function begin(stage: Stage, login: string): Promise<string> {
  return openVisit(stage.caller, await beginSignIn(stage.url, target(stage), login));
}

/** Sends frames without a header, and frames that were not committed. @returns records of frames that this left */
async function fillWithFrames(stage: Stage, film: Film, times: number): Promise<number> {
  const before = countRecords(stage, 'frame:');
  for (let at = 0; at < times; at += 1) {
    const session = await begin(stage, 'anonymous@example.com');
    const frames = await takeFrames(stage.caller, { session, film, mark: `fill ${at}` });
    const photos = frames.photos.map(() => Uint8Array.from(randomBytes(60)));
    await stage.caller.call(await toFramesRequest(session, { ...frames, photos }));
    const again = await takeFrames(stage.caller, { session, film, mark: `again ${at}` });
    await stage.caller.call(await toFramesRequest(session, { ...again, photos: frames.photos }));
  }
  return countRecords(stage, 'frame:') - before;
}

/** Repeats what a page may do. @returns lines of the audit trail that one step-up added */
async function fillTrail(stage: Stage, times: number): Promise<number> {
  const session = await begin(stage, 'anonymous@example.com');
  const before = await countLines(stage.auditFile);
  const repeat = async (): Promise<void> => {
    await stage.caller
      .post('/face/consent', { version: 'consent-1', language: 'de' }, asSession(session))
      .catch(() => {});
    await startHandOff(stage.caller, session).catch(() => {});
  };
  for (let at = 0; at < times; at += 1) await repeat();
  await sleep(1_500);
  return (await countLines(stage.auditFile)) - before;
}

/** Draws orders of movements until it is refused. @returns orders that one person's step-ups gave */
async function drawOrders(stage: Stage, most: number): Promise<number> {
  for (let drawn = 0; drawn < most; ) {
    const session = await begin(stage, 'patient@example.com');
    for (let at = 0; at < 10; at += 1, drawn += 1)
      if (!(await succeeds(stage.caller.post('/face/challenge', {}, asSession(session))))) return drawn;
  }
  return most;
}

/** Asks for large pages and reads nothing. @returns memory at its greatest less memory before, in MiB */
async function leaveUnread(stage: Stage, connections: number): Promise<number> {
  const before = residentMiB(stage.pid);
  const sockets: Socket[] = [];
  // Mostly the largest page, so that the memory shows also with few connections.
  const paths = [
    '/docs/search.json',
    '/docs/search.json',
    '/docs/search.json',
    '/openapi.json',
    '/docs/reference/api.html',
  ];
  const peak = await peakMiB(stage.pid, async () => {
    for (let at = 0; at < connections; at += 1) {
      const localAddress = `127.8.${1 + (at % 200)}.${1 + (Math.floor(at / 200) % 200)}`;
      const socket = connect({ port: stage.port, host: '127.0.0.1', localAddress }).on('error', () => {});
      sockets.push(socket);
      await once(socket, 'connect');
      socket.pause();
      socket.write(`GET ${paths[at % paths.length]} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\n\r\n`);
    }
    await sleep(3_000);
  });
  for (const socket of sockets) socket.destroy();
  return round(peak - before, 0);
}

/** Names of which one is enrolled, one only a user, one unknown, and one neither an id nor a login. */
const names = ['known@example.com', 'unenrolled@example.com', 'unknown@example.com', '!'.repeat(40)] as const;

/** Begins a sign-in from an address, with the cookie that the server asks for first. @returns status and duration */
async function askFrom(stage: Stage, from: string, name: string) {
  const { call } = createCaller(stage.port, from);
  const { params } = authorizationParams(target(stage), { login_hint: name });
  const first = await call(get(`/oidc/okta/authorize?${new URLSearchParams(params)}`));
  const began = performance.now();
  const { headers } = await call(toRedirected(first));
  return { isLed: (headers.location ?? '').includes('/interaction/'), ms: performance.now() - began };
}

/** Begins sign-ins while the provider is slow. @returns by name the calls of the provider and the median time */
async function timeNames(stage: Stage, times: number) {
  const { relay } = stage.providers;
  await enrolUser(stage, names[0], stage.pictures.person);
  await stage.providers.simulator.createUser({ login: names[1], password: 'first factor' });
  relay.rules = [{ path: /^/, act: { kind: 'pass', delayMs: 120 } }];
  const found = [];
  for (const [number, name] of names.entries()) {
    const calls: number[] = [];
    const durations: number[] = [];
    for (let at = 0; at < times; at += 1) {
      const before = relay.calls.length;
      durations.push((await askFrom(stage, `127.7.${1 + at}.${1 + number}`, name)).ms);
      calls.push(relay.calls.length - before);
    }
    found.push({ name, calls: quantile(calls), ms: round(quantile(durations), 0) });
  }
  relay.rules = [];
  return found;
}

/** Uses up the look-ups of three networks, and signs in from a fourth. @returns true if the fourth was refused */
async function starveLookUps(stage: Stage): Promise<boolean> {
  const anonymousCallers = Array.from({ length: 400 }, (_, at) =>
    askFrom(stage, `127.6.1.${1 + (at % 3)}`, `anonymous-${at}@example.com`).catch(() => null),
  );
  await sleep(500);
  const { isLed } = await askFrom(stage, '127.6.2.1', 'another-user@example.com');
  await Promise.all(anonymousCallers);
  return !isLed;
}

export async function attackAnonymously(stage: Stage, film: Film, size: Size) {
  const isFull = size === 'full';
  return {
    frameRecords: await fillWithFrames(stage, film, isFull ? 20 : 3),
    trailLines: await fillTrail(stage, isFull ? 200 : 40),
    orders: await drawOrders(stage, 100),
    unreadMiB: await leaveUnread(stage, isFull ? 1_500 : 400),
    names: await timeNames(stage, isFull ? 9 : 3),
    isStarved: await starveLookUps(stage),
  };
}

type AnonymousFigures = Awaited<ReturnType<typeof attackAnonymously>>;

export function claimsOfAnonymous({ frameRecords, trailLines, orders, unreadMiB, names, isStarved }: AnonymousFigures) {
  const calls = names.map((each) => each.calls);
  return [
    toClaim('records of frames without a header or a commitment', frameRecords, { atMost: 0 }),
    toClaim('lines of the audit trail that one anonymous step-up added', trailLines, { atMost: 20 }),
    toClaim('orders of movements that anonymous callers drew for one person', orders, { atMost: 60 }),
    toClaim('memory of unread replies, MiB', unreadMiB, { atMost: 144 }),
    toClaim('calls of the provider: most by name less fewest', Math.max(...calls) - Math.min(...calls), { atMost: 0 }),
    toClaim('sign-ins refused after other networks used up the look-ups', isStarved ? 1 : 0, { atMost: 0 }),
  ];
}
