import { randomBytes } from 'node:crypto';
import { rightsByRole, roles } from '../../../src/rest/rights.js';
import { clientScopes } from '../../../src/rest/scopes.js';
import { type Altered, alterSecret, alterToken, signHmac } from './alter.js';
import { asAdministrator, asClient, asSession } from './credentials.js';
import type { BadCredential } from './hostile.js';
import { choicePath } from './page.js';
import type { Header } from './request.js';
import type { Stage } from './stage.js';
import type { Endpoint } from './surface.js';
import type { Victims } from './victims.js';

export interface Shown extends Omit<BadCredential, 'request'> {
  readonly headers?: readonly Header[];
  readonly fields?: Readonly<Record<string, string>>;
}

type Class = BadCredential['class'];
type Place = (text: string) => Omit<Shown, 'class' | 'variant'>;

export const show = (
  kind: Class,
  place: Place,
  texts: readonly Altered[] | Readonly<Record<string, string>>,
): readonly Shown[] =>
  Object.entries(texts).map(([name, each]: readonly [string, string | Altered]) => {
    const [variant, text] = typeof each === 'string' ? [name, each] : each;
    return { class: kind, variant, ...place(text) };
  });

const inClient: Place = (text) => ({ headers: asClient(text) });
const inAdmin: Place = (text) => ({ headers: asAdministrator(text) });
export const inBearer: Place = (text) => ({ headers: asSession(text) });

/** Pages that only the user's own browser may open. A phone that lends its camera to that browser may not open them. */
const ownPage = /^\/face\/(enrolment|notices|data-consents|links|checks|devices|services|export)/;

/** Returns a key of one tenant with the ID of another's. */
const mixed = (id: string, secret: string): string => `${id.slice(0, 28)}_${secret.slice(29)}`;

type Texts = Readonly<Record<string, string>>;

interface Kind {
  readonly place: Place;
  readonly right: string;
  readonly rival: string;
  readonly replayed: Texts;
  readonly foreign: Texts;
  readonly wrong: Texts;
}

function clientKind({ right }: Endpoint, { credentials }: Stage, { sessions }: Victims): Kind {
  const { client, owner, rival, tenant, revoked, expired, orphan, narrowed, exhausted, without } = credentials;
  const needed = clientScopes.find((scope) => scope === right);
  return {
    ...{ place: inClient, right: client, rival, replayed: { revoked, expired, orphan, exhausted } },
    foreign: { 'a revoked id': mixed(revoked, rival), 'a tenant’s id': mixed(tenant, rival) },
    wrong: {
      ...{ 'an administrator’s key': owner, 'a session': sessions.own },
      ...(needed === undefined ? {} : { [`every scope but ${needed}`]: without[needed] ?? '' }),
      ...(needed === undefined || needed === 'screen' ? {} : { narrowed }),
    },
  };
}

function adminKind({ right }: Endpoint, { credentials }: Stage): Kind {
  const { byRole, removedAdministrator, expiredAdministrator, client, rival } = credentials;
  const lacking = roles.filter((role) => !rightsByRole[role].some((held: string) => held === right));
  return {
    ...{ place: inAdmin, right: byRole.operator, rival: removedAdministrator },
    replayed: { removedAdministrator, expiredAdministrator },
    foreign: { 'another tenant’s token': rival },
    wrong: {
      ...Object.fromEntries(lacking.map((role) => [`the role ${role}`, byRole[role]])),
      'a client token': client,
    },
  };
}

function sessionKind({ path }: Endpoint, { credentials }: Stage, { sessions, ticket, kiosk }: Victims): Kind {
  const { own, rival, finished, replacedCamera, unpaired, camera, manageCamera } = sessions;
  const isManaging = ownPage.test(path);
  const mayChoose = ['/face/session', choicePath].includes(path);
  const isOwn = isManaging || path.startsWith('/face/hand-off');
  const [[ownId, ownSecret], [rivalId, rivalSecret]] = [own, rival].map((text) => text.split('.'));
  return {
    ...{ place: inBearer, right: own, rival },
    // The session of a finished step-up may still read the result.
    replayed: { replacedCamera, ...(path === '/face/session' ? {} : { finished }) },
    foreign: { 'another’s secret': `${ownId}.${rivalSecret}`, 'another’s id': `${rivalId}.${ownSecret}` },
    wrong: {
      ...{ 'a ticket nobody opened': ticket, 'a kiosk’s secret': `${kiosk.id}.${kiosk.secret}` },
      'a client token': credentials.client,
      ...(path === choicePath || isManaging ? { 'the browser’s own session': own } : {}),
      ...(isOwn ? { 'the phone of a hand-off': isManaging ? manageCamera : camera } : {}),
      ...(mayChoose ? {} : { 'a phone that has not chosen its number': unpaired }),
    },
  };
}

function streamKind({ credentials: { client, rival, narrowed, revoked, orphan } }: Stage): Kind {
  return {
    ...{ place: inBearer, right: client, rival, replayed: { revoked, orphan }, foreign: { rival } },
    wrong: { 'a token of no application': client, 'a key without the scope': narrowed },
  };
}

function inHeaders(endpoint: Endpoint, stage: Stage, victims: Victims): readonly Shown[] {
  const { client, owner } = stage.credentials;
  const kinds: Partial<Record<Endpoint['needs'], () => Kind>> = {
    client: () => clientKind(endpoint, stage, victims),
    admin: () => adminKind(endpoint, stage),
    session: () => sessionKind(endpoint, stage, victims),
    stream: () => streamKind(stage),
  };
  const kind = kinds[endpoint.needs]?.();
  if (kind === undefined) return shownToEverybody(stage.credentials);
  const { place, right, rival, replayed, foreign, wrong } = kind;
  const elsewhere = [
    [inClient, client],
    [inAdmin, owner],
    [inBearer, victims.sessions.own],
  ] as const;
  return [
    { class: 'forged', variant: 'no credential' },
    ...show('forged', place, alterSecret(right, rival)),
    ...show('replayed', place, replayed),
    ...show('cross-tenant', place, foreign),
    ...show('wrong role', place, wrong),
    ...elsewhere
      .filter(([other]) => other !== place)
      .flatMap(([other, text]) => show('wrong role', other, { 'a valid credential of another kind': text })),
  ];
}

/** Credentials of another kind than the endpoint takes. */
export const wrongEverywhere = ({ client, owner, byRole }: Stage['credentials']): readonly Shown[] => [
  ...show('wrong role', inAdmin, { 'an auditor': byRole.auditor, 'an owner': owner }),
  ...show('wrong role', inBearer, { 'a client token as bearer': client, 'an owner’s key as bearer': owner }),
  ...show('wrong role', inClient, { 'a client token': client }),
];

/**
 * Credentials that are forged, revoked or issued for something else. They are sent to endpoints that need no
 * credential, and must give no additional access there.
 */
export const shownToEverybody = (credentials: Stage['credentials']): readonly Shown[] => [
  ...show('forged', inClient, { 'a forged token': credentials.client.slice(0, -1) }),
  ...show('forged', inBearer, { 'a forged bearer': randomBytes(32).toString('base64url') }),
  ...show('replayed', inClient, { 'a revoked token': credentials.revoked }),
  ...show('cross-tenant', inClient, { 'another tenant’s token': credentials.rival }),
  ...wrongEverywhere(credentials),
];

/** Signs a face check request like a Lambda trigger. */
export function signRequest({ url, providers: { shop } }: Pick<Stage, 'url' | 'providers'>, changes = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const nonce = randomBytes(16).toString('base64url');
  const claims = { iss: shop.userPoolId, aud: `${url}/hooks/shop`, sub: 'somebody', client_id: shop.clientId, nonce };
  const header = { alg: 'HS256', typ: 'facestep-request+jwt' };
  return signHmac(header, { ...claims, iat: now, exp: now + 180, ...changes }, shop.requestSecret);
}

function badRequests(stage: Stage): readonly Altered[] {
  const now = Math.floor(Date.now() / 1000);
  const changes: Readonly<Record<string, object>> = {
    'of another pool': { iss: 'eu-central-1_Other' },
    'of another app client': { client_id: 'other' },
    'that has expired': { iat: now - 600, exp: now - 420 },
    'that lasts for ever': { iat: now - 600, exp: now + 10 ** 9 },
    'of the future': { iat: now + 3600, exp: now + 3780 },
    'without a nonce': { nonce: undefined },
  };
  return [
    ...Object.entries(changes).map(([variant, each]): Altered => [`a request ${variant}`, signRequest(stage, each)]),
    ...alterToken(signRequest(stage), stage.providers),
  ];
}

interface SecretField {
  readonly name: string;
  readonly right: string;
  readonly rival: string;
  readonly used: string;
  readonly forged?: readonly Altered[];
  readonly more?: Readonly<Record<string, string>>;
}

function secretField(path: string, stage: Stage, { ticket, stepUps, kiosk }: Victims): SecretField | null {
  const { waiting, rival, finished } = stepUps;
  const hourAgo = Math.floor(Date.now() / 1000) - 3600;
  switch (path) {
    case '/face/open':
      return {
        ...{ name: 'ticket', right: ticket, rival: `${ticket.split('.')[0]}.${rival.challenge}` },
        used: `${finished.id}.${finished.challenge}`,
        forged: badRequests(stage).map(([variant, text]) => [variant, `requested.shop.${text}`]),
      };
    case '/face/kiosk/next':
      return {
        ...{ name: 'secret', right: kiosk.secret, rival: rival.challenge, used: finished.challenge },
        more: { kiosk: kiosk.id },
      };
    case '/step-ups/{id}/photos':
      return { name: 'challenge', right: waiting.challenge, rival: rival.challenge, used: finished.challenge };
    case '/step-ups/requested':
      return {
        ...{ name: 'request', right: '', rival: signRequest(stage, { aud: `${stage.url}/hooks/rival` }) },
        used: signRequest(stage, { iat: hourAgo, exp: hourAgo + 180 }),
        forged: badRequests(stage),
        more: { connection: 'shop' },
      };
    case '/v2/authenticate-credentials':
      return { name: 'emailCode', right: '12345', rival: '123451', used: '123452', more: { phoneCode: '654321' } };
    default:
      return null;
  }
}

export function badCredentials(endpoint: Endpoint, stage: Stage, victims: Victims): readonly Shown[] {
  const field = secretField(endpoint.path, stage, victims);
  if (field === null) return inHeaders(endpoint, stage, victims);
  const { name, right, rival, used, forged = [], more = {} } = field;
  const place: Place = (text) => ({ fields: { ...more, [name]: text } });
  return [
    ...show('forged', place, [...(right === '' ? [] : alterSecret(right, rival)), ...forged]),
    ...show('replayed', place, { 'one that is over': used }),
    ...show('cross-tenant', place, { 'another tenant’s': rival }),
    ...show('wrong role', place, { 'a session': victims.sessions.own, 'a client token': stage.credentials.client }),
  ];
}

export function rightCredential({ needs, path }: Endpoint, stage: Stage, { sessions }: Victims): readonly Header[] {
  if (needs === 'client') return asClient(stage.credentials.client);
  if (needs === 'admin') return asAdministrator(stage.credentials.owner);
  if (needs !== 'session') return [];
  if (path === choicePath) return asSession(sessions.unpaired);
  if (path === '/face/reference') return asSession(sessions.enrolling);
  return asSession(ownPage.test(path) ? sessions.manage : sessions.own);
}
