import { beforeEach, expect, test } from '@jest/globals';
import { draw, enrolByApi, startCapture, who } from '../../../support/benches/capture-bench.js';
import { digestOf } from '../../../support/benches/capture-page.js';
import { type ApiServer, toForm } from '../../../support/servers/api-server.js';
import type { Policy } from '../../core/connection.js';
import { secondsPerDay } from '../../core/units.js';
import { readKnownPlaces } from '../../notifications/known-places.js';

let server: ApiServer;

const startWith = async (policy: Partial<Policy>): Promise<void> => {
  ({ server } = await startCapture({ notices: true, ...policy }));
};
beforeEach(() => startWith({}));

const auth = async () => ({ 'x-auth-token': (await server.issue()).token });

/** Opens the capture page, as a browser does. @returns the cookie it has then */
async function openBrowser(cookie = ''): Promise<string> {
  const response = await fetch(`${server.origin}/face`, { headers: { cookie } });
  await response.text();
  const [set = ''] = response.headers.getSetCookie();
  expect(set).toMatch(/^(__Host-)?facestep-device=[\w-]{43}; Max-Age=34560000; Path=\/; .*HttpOnly/);
  return set.split(';')[0]!;
}

/** A whole check, or an enrolment, of one person in one browser. */
async function pass(cookie: string, purpose: 'verify' | 'enrol' = 'verify', fields: object = {}): Promise<void> {
  const path = purpose === 'enrol' ? '/invitations' : '/step-ups';
  const { body: started } = await server.postJson(path, { ...who, ...fields }, await auth());
  const { body: opened } = await server.postJson('/face/open', { ticket: new URL(String(started.url)).hash.slice(1) });
  const headers = { authorization: `Bearer ${opened.session}`, ...(cookie === '' ? {} : { cookie }) };
  await server.postJson('/face/consent', { version: 'consent-1', language: 'en' }, headers);
  const { body } = await server.postJson('/face/challenge', {}, headers);
  const photo: Buffer[] = [];
  const taken: Buffer[] = [];
  let drawn: number[] = [];
  let next = body.next as { movement: string } | null;
  while (next !== null) {
    server.clock.advanceSec(1);
    const frontal = draw('ada')(next.movement);
    photo.push(frontal);
    const looks = Array.from({ length: 6 }, () => draw('ada')(String(next?.movement)));
    const frame = { digest: digestOf(frontal), looks: looks.map(digestOf) };
    const told = await server.postJson('/face/challenge/frames', { nonce: body.nonce, ...frame }, headers);
    taken.push(...looks);
    drawn = told.body.opened as number[];
    next = told.body.next as typeof next;
  }
  const sent = await server.postForm(
    '/face/frames',
    toForm({ nonce: String(body.nonce), photo: [...photo, ...drawn.map((at) => taken[at]!)] }),
    headers,
  );
  expect(sent.body.outcome).toBe('passed');
}

const told = () =>
  server.audit.events
    .filter(({ action }) => action === 'new_place_seen')
    .map(({ subject, detail }) => ({ subject, detail }));
const device = { subject: '00u1', detail: expect.objectContaining({ device: true, network: false }) };

test('the browser of the enrolment is known; the first check from another browser is reported once', async () => {
  const own = await openBrowser();
  await pass(own, 'enrol');
  await pass(own);
  expect(told()).toEqual([]);
  const other = await openBrowser();
  expect(other).not.toBe(own);
  await pass(other);
  expect(told()).toEqual([device]);
  await pass(other);
  expect(await openBrowser(other)).toBe(other);
  await pass(own);
  expect(told()).toHaveLength(1);
  expect(await readKnownPlaces(who, server.deps)).toMatchObject({ devices: 2, networks: 1 });
});

test('the browser of a kiosk is no known device of a person who passed there, and loses the cookie', async () => {
  const own = await openBrowser();
  await pass(own, 'enrol');
  const { body } = await server.postJson('/kiosks', { name: 'Reception' }, await auth());
  const shared = await openBrowser();
  await pass(shared, 'verify', { kiosk: new URL(String(body.url)).hash.slice(1).split('.')[0] });
  expect(await readKnownPlaces(who, server.deps)).toMatchObject({ devices: 1, networks: 1 });
  expect(told()).toEqual([]);
  const response = await fetch(`${server.origin}/face/kiosk`, { headers: { cookie: shared } });
  await response.text();
  const [set = ''] = response.headers.getSetCookie();
  expect(set).toMatch(/facestep-device=; .*Expires=Thu, 01 Jan 1970/);
});

test('a browser without the cookie, or with an invalid one, is new', async () => {
  await pass(await openBrowser(), 'enrol');
  await pass('');
  await pass('facestep-device=short');
  expect(told()).toEqual([device, device]);
  expect(await readKnownPlaces(who, server.deps)).toMatchObject({ devices: 1 });
});

test('at most ten digests of devices and networks are stored, for 180 days or until the enrolment ends', async () => {
  const own = await openBrowser();
  await pass(own, 'enrol');
  for (let devices = 0; devices < 11; devices += 1) await pass(await openBrowser());
  expect(await readKnownPlaces(who, server.deps)).toMatchObject({ devices: 10, networks: 1 });
  const kept = JSON.stringify(await server.deps.state.read('known-places:acme:00u1'));
  expect(kept).not.toMatch(/127\.0\.0|::1/);
  expect(kept).not.toContain(own.split('=')[1]);
  server.clock.advanceSec(180 * secondsPerDay);
  expect(await readKnownPlaces(who, server.deps)).toBeNull();
  await pass(own);
  expect(await readKnownPlaces(who, server.deps)).toMatchObject({ devices: 1 });
  expect((await server.postJson('/enrolments/revoke', who, await auth())).status).toBe(200);
  expect(await readKnownPlaces(who, server.deps)).toBeNull();
});

test('without notifications there is no cookie and nothing is stored', async () => {
  await startWith({ notices: false });
  const response = await fetch(`${server.origin}/face`);
  await response.text();
  expect(response.headers.getSetCookie()).toEqual([]);
  await enrolByApi(server);
  await pass('');
  expect(await readKnownPlaces(who, server.deps)).toBeNull();
});
