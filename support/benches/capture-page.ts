import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { JsonObject } from '../../src/core/base/json.js';
import { startedLink } from '../../src/core/page-link.js';
import { deviceCookieOf } from '../../src/http/cookies.js';
import { startStepUp } from '../../src/step-up/step-up.js';
import { type ApiServer, toForm } from '../servers/api-server.js';
import { plainRequest } from './core.js';

type Next = { index: number; of: number; movement: string; light: JsonObject | null } | null;

/** Draws the picture of an instruction, and its looks, which are numbered from 1. */
type Draw = (movement: string, index: number, look: number) => Uint8Array;

const looksOf = (afterMs: number): number => Math.ceil(afterMs / 125);

/** A browser with the cookie by which it is recognized, and its key. */
export function createTestBrowser(server: ApiServer) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
  return {
    cookie: `${deviceCookieOf(server.deps.issuer)}=${randomBytes(32).toString('base64url')}`,
    key,
    prove: (nonce: string, photos: readonly Uint8Array[]) => {
      const text = [nonce, ...photos.map(digestOf)].join('.');
      const signed = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return { deviceKey: key, deviceSignature: signed.toString('base64url') };
    },
  };
}
export type TestBrowser = ReturnType<typeof createTestBrowser>;

/** Runs the capture page's protocol without a browser. */
export function openPage(server: ApiServer, session: string, browser: TestBrowser | null = null) {
  const auth = { authorization: `Bearer ${session}`, ...(browser === null ? {} : { cookie: browser.cookie }) };
  const post = (path: string, body: object = {}) => server.postJson(path, body, auth);
  const page = {
    session,
    post,
    get: (path: string) => server.send('GET', path, { headers: auth }),
    consent: (version = 'consent-1') => post('/face/consent', { version, language: 'en' }),
    async takeFrames(
      draw: Draw,
      { afterMs = 900, light, action }: { afterMs?: number; light?: 'across' | 'down'; action?: string } = {},
    ): Promise<{ nonce: string; photos: Uint8Array[]; movements: string[]; lights: JsonObject[] }> {
      const { body } = await post('/face/challenge', {
        ...(light === undefined ? {} : { light }),
        ...(action === undefined ? {} : { action }),
        ...(browser === null ? {} : { deviceKey: browser.key }),
      });
      const nonce = String(body.nonce);
      const photos: Uint8Array[] = [];
      const taken: Uint8Array[] = [];
      let opened: number[] = [];
      const movements: string[] = [];
      const lights: JsonObject[] = [];
      // A refused challenge asks for no frame.
      let next = (body.next ?? null) as Next;
      while (next !== null) {
        server.clock.advanceSec(afterMs / 1000);
        const { movement, index } = next;
        const photo = draw(movement, index, 0);
        photos.push(photo);
        movements.push(next.movement);
        if (next.light !== null) lights.push(next.light);
        const looks = Array.from({ length: looksOf(afterMs) }, (_, at) => draw(movement, index, at + 1));
        const frame = { digest: digestOf(photo), looks: looks.map(digestOf) };
        const told: JsonObject = (await post('/face/challenge/frames', { nonce, ...frame })).body;
        taken.push(...looks);
        opened = (told.opened ?? []) as number[];
        next = (told.next ?? null) as Next;
      }
      return { nonce, photos: [...photos, ...opened.map((at) => taken[at]!)], movements, lights };
    },
    lookAtReference: (reference: Uint8Array) => server.postForm('/face/reference', toForm({ reference }), auth),
    send: (fields: Parameters<typeof toForm>[0]) => server.postForm('/face/frames', toForm(fields), auth),
    async check(draw: Draw, fields: Parameters<typeof toForm>[0] = {}) {
      const { nonce, photos } = await page.takeFrames(draw);
      return page.send({ nonce, photo: photos, ...browser?.prove(nonce, photos), ...fields });
    },
  };
  return page;
}

/** Returns the digest by which the page commits to a picture. */
export const digestOf = (photo: Uint8Array): string => createHash('sha256').update(photo).digest('base64url');

export async function openLink(
  server: ApiServer,
  url: string,
  more: object = {},
  headers: Record<string, string> = {},
) {
  const ticket = new URL(url).hash.slice(1);
  return server.postJson('/face/open', { ticket, ...more }, headers);
}

type Start = Parameters<typeof startStepUp>;
/** Opens a step-up that no API call started, by default of the usual person. */
export async function openStarted(server: ApiServer, about: Partial<Start[0]>, flow: Start[1] = plainRequest) {
  const start = { connection: server.deps.connections.get('acme')!, subject: '00u1', ...about };
  const started = await startStepUp(start, flow, server.deps);
  const { status, body } = await openLink(server, startedLink(server.deps.issuer, started));
  return { id: started.id, status, body, page: openPage(server, String(body.session)) };
}

/** Opens a hand-off link on a phone, before the number is chosen. */
export async function openOnPhone(server: ApiServer, page: ReturnType<typeof openPage>) {
  const { url, code } = (await page.post('/face/hand-off')).body;
  const opened = await openLink(server, String(url));
  const phone = openPage(server, String(opened.body.session));
  return { phone, url: String(url), code: String(code), view: opened.body.view as JsonObject };
}

/** Opens a hand-off link on a phone and chooses the first browser's number. */
export async function lendCamera(server: ApiServer, page: ReturnType<typeof openPage>) {
  const { phone, code } = await openOnPhone(server, page);
  await phone.post('/face/hand-off/choice', { number: code });
  return phone;
}
