import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { recoveryGuard } from '../../src/config/recovery.js';
import type { AuditEvent } from '../../src/core/audit-events.js';
import type { FindGroupIds, Policy } from '../../src/core/connection.js';
import type { CoreSettings } from '../../src/core/deps.js';
import type { AccountRecovery } from '../../src/core/ports.js';
import { secondsPerDay } from '../../src/core/units.js';
import type { CallerFlow } from '../../src/help-desk/flow.js';
import { invitation } from '../../src/invitations/flow.js';
import type { OpenIdFlow } from '../../src/oidc/flows.js';
import { createRecoveryWatch } from '../../src/recovery/run.js';
import type { StoredFlow } from '../../src/step-up/flow.js';
import { changeRecord } from '../../src/step-up/stored.js';
import { standardSettings } from '../data/settings.js';
import { asTyped } from '../data/typed-codes.js';
import { createMemoryProfile, findEveryGroup, loginOf } from '../fakes/simulated-profile.js';
import { createSimulatedRecovery } from '../fakes/simulated-recovery.js';
import { type ApiServer, addAdministrator, startApiServer, toForm } from '../servers/api-server.js';
import { openLink, openPage } from './capture-page.js';
import { createTestConnection } from './core.js';

type LinkProof = 'invitation' | 'sign_in' | 'client' | 'vouched';

/** The flow in which an enrolment rests on that. */
function flowOf(proof: LinkProof): StoredFlow {
  if (proof === 'invitation') return invitation;
  if (proof === 'vouched') return { kind: 'caller', reference: null, proof } satisfies CallerFlow;
  const takes = { takesAnotherWay: false, takesPasskey: false } as const;
  return { kind: 'openid', hookSignIn: null, proof, atKiosk: false, ...takes } satisfies OpenIdFlow;
}

export const secondMailbox = (subject: string): string => `${subject}@private.example`;

const at = (location: string): string => {
  const { pathname, search } = new URL(location);
  return pathname + search;
};

/** Starts a server where people recover accounts at the connection `acme`, with a second mailbox in `motto`. */
export async function startRecoveryBench({
  policy = {},
  recovery = {},
  issuer,
  findGroupIds = findEveryGroup,
  settings = standardSettings,
}: {
  readonly policy?: Partial<Policy>;
  readonly recovery?: object;
  readonly issuer?: AccountRecovery | null;
  readonly findGroupIds?: FindGroupIds;
  readonly settings?: CoreSettings;
} = {}) {
  const profile = createMemoryProfile(['anna', 'berta', 'carl', 'mona']);
  for (const subject of profile.attributes.keys()) profile.details.set(subject, { motto: secondMailbox(subject) });
  const provider = createSimulatedRecovery();
  const connection = createTestConnection({
    id: 'acme',
    kind: 'entra',
    profile,
    policy: { liveness: 'challenge', ...policy },
    recovery: {
      policy: recoveryGuard.parse({
        mode: 'on',
        secondThings: ['recovery_code', 'other_email', 'phone', 'known_device', 'help_desk', 'manager'],
        emailClaim: 'motto',
        ...recovery,
      }),
      issuer: issuer === undefined ? provider.recovery : issuer,
      findGroupIds,
    },
  });
  const connections = new Map([['acme', connection]]);
  // Rate limits do not change their window while a test counts.
  const server = await startApiServer({
    connections,
    settings,
    startMs: Date.UTC(2026, 10, 27, 9),
    // Browsers of tests name their own address.
    proxyHops: 1,
  });
  const watch = createRecoveryWatch(server.deps);
  let seen = 0;
  /** Passes new audit events to the watch, as the server does. */
  const settle = async (): Promise<void> => {
    for (; seen < server.audit.events.length; seen += 1) {
      const event = server.audit.events[seen];
      if (event !== undefined) watch.onEvent(event as AuditEvent);
    }
    await watch.drain();
  };
  /** Enrols a person in a browser of their own. @returns the page, which may make recovery codes */
  const enrol = async (subject: string, face: string, proof: LinkProof = 'vouched') => {
    const auth = { 'x-auth-token': (await server.issue()).token };
    const { body } = await server.postJson('/invitations', { connection: 'acme', subject, purpose: 'enrol' }, auth);
    await changeRecord(String(body.id), (record) => ({ ...record, flow: flowOf(proof) }), server.deps);
    const page = openPage(server, String((await openLink(server, String(body.url))).body.session));
    await page.consent();
    assert.equal(await showFace(page, face), 'passed');
    await settle();
    return page;
  };
  const passDays = async (days: number): Promise<void> => {
    server.clock.advanceSec(days * secondsPerDay);
  };
  return {
    server,
    profile,
    provider,
    connection,
    connections,
    enrol,
    settle,
    passDays,
    addAgent: (name: string) => addAdministrator(server, name, 'help-desk'),
    /** Ids of recoveries that the audit trail names. */
    knownIds: (): readonly string[] =>
      server.audit.events.flatMap(({ action, detail }) =>
        action === 'recovery_face_passed' && 'id' in detail ? [String(detail.id)] : [],
      ),
    browse: (address?: string) => createBrowser(server, address),
    /** Makes a link of the help desk. @returns a browser that has opened it */
    async openHelpDeskLink(subject: string, agent: Record<string, string>, address?: string) {
      const { body } = await server.postJson('/recoveries', { connection: 'acme', subject }, agent);
      const browser = createBrowser(server, address);
      await browser.post('link', { t: new URL(String(body.url)).searchParams.get('t') ?? '' });
      return browser;
    },
    detailsOf: (action: string) =>
      server.audit.events.flatMap((event) => (event.action === action ? [event.detail] : [])),
  };
}

/** Draws the pictures of a face that makes the movements. */
export const drawMovements =
  (face: string) =>
  (movement: string): Uint8Array =>
    Buffer.from(`face ${face} ${movement}:${randomUUID()} 0.9`);

/** Makes the movements that are asked for. @returns how it was judged */
export async function showFace(page: ReturnType<typeof openPage>, face: string) {
  const { body } = await page.check(drawMovements(face));
  return body.outcome;
}

/** A browser at the pages of a recovery, which keeps its cookies and follows redirects between them. */
function createBrowser(server: ApiServer, address?: string) {
  const cookies = new Map<string, string>();
  const from: Record<string, string> = address === undefined ? {} : { 'x-forwarded-for': address };
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${server.origin}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { 'sec-fetch-site': 'same-origin', ...from, ...init.headers, cookie },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  /** @returns the text of the page at the end of redirects, and its path */
  const read = async (response: Response): Promise<{ status: number; path: string; text: string }> => {
    const location = response.headers.get('location');
    if (location === null || !location.includes('/recover/'))
      return { status: response.status, path: location ?? '', text: await response.text() };
    const next = await send(at(location));
    if (next.headers.get('location') !== null) return read(next);
    return { status: next.status, path: at(location), text: await next.text() };
  };
  const post = async (act: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    read(await send(`/recover/acme/${act}`, { method: 'POST', body: new URLSearchParams(fields), headers }));
  /** Opens the face check. @returns its page, or `null` if it may not begin */
  const openCheck = async () => {
    const started = await send('/recover/acme/face', { method: 'POST', body: new URLSearchParams() });
    const location = started.headers.get('location') ?? '';
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (!location.includes('#')) return { started, page: null, cookie };
    const { body } = await server.postJson('/face/open', { ticket: new URL(location).hash.slice(1) }, { cookie });
    const page = openPage(server, String(body.session));
    await page.consent();
    return { started, page, cookie };
  };
  /** Opens the face check, and shows a face. */
  const passCheck = async (face: string, tries = 1) => {
    const { started, page, cookie } = await openCheck();
    for (let tried = 0; page !== null && tried < tries; tried += 1) {
      const { nonce, photos } = await page.takeFrames(drawMovements(face));
      const form = toForm({ nonce, photo: photos });
      await server.postForm('/face/frames', form, { authorization: `Bearer ${page.session}`, cookie });
    }
    return { started, isOpen: page !== null };
  };
  return {
    cookies,
    send,
    post,
    get: async (path: string) => read(await send(path)),
    step: async () => post('step'),
    begin: (subject: string) => post('begin', { username: loginOf(subject) }),
    prove: (thing: string, code = '') => post('prove', { thing, code: code && asTyped(code) }),
    openCheck,
    passCheck,
    /** Opens the face check, shows a face, and continues with the recovery. */
    async showFace(face: string, tries = 1) {
      const { started, isOpen } = await passCheck(face, tries);
      return isOpen ? post('step') : read(started);
    },
    /** Opens the face check and starts challenges that no one answers. */
    async startChallenges(times: number) {
      const { page } = await openCheck();
      for (let started = 0; started < times; started += 1) await page?.post('/face/challenge', {});
    },
  };
}

/** Returns the credential on a page, or `null`. */
export const credentialIn = ({ text }: { readonly text: string }): string | null =>
  /<output[^>]*>(<span>.+)<\/output>/.exec(text)?.[1]?.replaceAll(/<\/?span>/g, '') ?? null;

/** Returns the number that an approver needs. */
export const numberIn = ({ text }: { readonly text: string }): string =>
  /<output[^>]*>(\d{4})<\/output>/.exec(text)?.[1] ?? '';

/** Opens the link of a manager and approves with their face. @returns what the page showed, and the reply to the last frame */
export async function approveAsManager(server: ApiServer, { text }: { readonly text: string }, face: string) {
  const [url = ''] = /https?:\S+/.exec(text) ?? [];
  const { body } = await openLink(server, url);
  const page = openPage(server, String(body.session));
  await page.consent();
  const { action } = z.looseObject({ action: z.looseObject({ digest: z.string() }) }).parse(body.view);
  const { nonce, photos } = await page.takeFrames(
    (movement, index, look) => Buffer.from(`face ${face} ${movement}:manager-${index}-${look} 0.9`),
    { action: action.digest },
  );
  return { view: body.view, reply: await page.send({ nonce, photo: photos }) };
}
