import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { rightsByRole, roles } from '../../../src/access/rights.js';
import { clientScopes } from '../../../src/access/scopes.js';
import { asAdministrator, asClient, asSession } from './credentials.js';
import type { Header } from './exchange.js';
import type { Endpoint, Shown } from './hostile.js';
import { choicePath } from './page.js';
import { newSecret } from './providers.js';
import type { Stage } from './stage.js';
import type { Victims } from './victims.js';

/** Returns the ID of a credential in front of its secret. */
const idOf = (text: string): string => /^(?:fs\w_[\da-f]+_|[^.]*\.|)/.exec(text)?.[0] ?? '';

/** @param other - credential of the same kind of another caller */
export function alterSecret(good: string, other = good): readonly string[] {
  const id = idOf(good);
  const changed = fc
    .tuple(fc.nat({ max: Math.max(good.length - 1, 0) }), fc.constantFrom('G', 'z', '7', '-', '%00'))
    .map(([at, letter]) => good.slice(0, at) + letter + good.slice(at + 1));
  const rightShape = good.slice(0, 4) + good.slice(4).replace(/[a-z\d]/gi, () => randomBytes(1).toString('hex')[0]);
  const known = [id, id + newSecret(), idOf(other) + good.slice(id.length), rightShape];
  const spelled = [good.slice(0, -1), `${good}A`, good.toUpperCase(), `${good}, ${good}`];
  const strange = ['', '__proto__.constructor', `../client-token:${good}`, 'A'.repeat(8 * 1024)];
  const all = [...known, ...spelled, ...strange, ...fc.sample(changed, { numRuns: 8, seed: good.length })];
  return all.filter((text) => text !== good);
}

export const encodePart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function signHmac(header: object, claims: object, secret: string): string {
  const signed = `${encodePart(header)}.${encodePart(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

interface Forger {
  readonly publicKey: object;
  /** URL that a server would fetch if it trusted the token’s header. */
  readonly lure: { readonly url: string };
}

/** Returns forgeries of a valid JWT. */
export function alterToken(token: string, { publicKey, lure: { url } }: Forger): readonly string[] {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const header = decodeProtectedHeader(token);
  const claims = decodeJwt(token);
  const headers = [
    { alg: 'none' },
    { kid: '../../../../dev/null' },
    { jku: url, x5u: url },
    { jwk: publicKey },
    { crit: ['exp'] },
    { b64: false, crit: ['b64'] },
  ];
  const later = encodePart({ ...claims, exp: Math.floor(Date.now() / 1000) + 86_400 });
  return [
    ...headers
      .map((changed) => `${encodePart({ ...header, ...changed })}.${payload}.`)
      .flatMap((altered) => [altered, altered + signature]),
    ...[JSON.stringify(publicKey), ''].map((secret) => signHmac({ ...header, alg: 'HS256' }, claims, secret)),
    `${head}.${later}.${signature}`,
    `${head}.${payload}.`,
    `${head}.${payload}`,
  ];
}

type Place = (text: string) => Omit<Shown, 'class' | 'variant'>;
type Texts = Readonly<Record<string, string>>;

/** Shows each text as a credential. Texts without names are named by themselves. */
export const show = (kind: Shown['class'], place: Place, texts: readonly string[] | Texts): readonly Shown[] =>
  Object.entries(texts).map(([name, text]) => ({
    class: kind,
    variant: Array.isArray(texts) ? text.slice(0, 80) : name,
    ...place(text),
  }));

const inClient: Place = (text) => ({ headers: asClient(text) });
const inAdmin: Place = (text) => ({ headers: asAdministrator(text) });
export const inBearer: Place = (text) => ({ headers: asSession(text) });

/** Pages that only the user's own browser may open. A phone that lends its camera to that browser may not open them. */
const ownPage = /^\/face\/(enrolment|notices|data-consents|links|checks|devices|services|export)/;

/** Returns a key of one tenant with the ID of another's. */
const mixed = (id: string, secret: string): string => `${id.slice(0, 28)}_${secret.slice(29)}`;

interface Kind {
  readonly place: Place;
  /** A valid credential, and one of the same kind of another caller, of which forgeries are made. */
  readonly right: string;
  readonly rival: string;
  readonly forged?: readonly string[];
  readonly replayed: Texts;
  readonly foreign: Texts;
  readonly wrong: Texts;
}

/** Returns the kinds of credentials that endpoints take in a header. */
function headerKinds({ right, path }: Endpoint, { credentials }: Stage, { sessions, ticket, kiosk }: Victims) {
  const { client, owner, byRole, rival, tenant, revoked, expired, orphan, narrowed, exhausted, without } = credentials;
  const { removedAdministrator, expiredAdministrator } = credentials;
  const scope = clientScopes.find((each) => each === right);
  const lacking = roles.filter((role) => !rightsByRole[role].some((held: string) => held === right));
  const isManaging = ownPage.test(path);
  const mayChoose = ['/face/session', choicePath].includes(path);
  const [[ownId, ownSecret], [rivalId, rivalSecret]] = [sessions.own, sessions.rival].map((text) => text.split('.'));
  const kinds: Partial<Record<Endpoint['needs'], Kind>> = {
    client: {
      place: inClient,
      right: client,
      rival,
      replayed: { revoked, expired, orphan, exhausted },
      foreign: { 'a revoked id': mixed(revoked, rival), 'a tenant’s id': mixed(tenant, rival) },
      wrong: {
        'an administrator’s key': owner,
        'a session': sessions.own,
        ...(scope === undefined ? {} : { [`every scope but ${scope}`]: without[scope] ?? '' }),
        ...(scope === undefined || scope === 'screen' ? {} : { narrowed }),
      },
    },
    admin: {
      place: inAdmin,
      right: byRole.operator,
      rival: removedAdministrator,
      replayed: { removedAdministrator, expiredAdministrator },
      foreign: { 'another tenant’s token': rival },
      wrong: {
        ...Object.fromEntries(lacking.map((role) => [`the role ${role}`, byRole[role]])),
        'a client token': client,
      },
    },
    session: {
      place: inBearer,
      right: sessions.own,
      rival: sessions.rival,
      // The session of a finished step-up may still read the result.
      replayed: {
        replacedCamera: sessions.replacedCamera,
        ...(path === '/face/session' ? {} : { finished: sessions.finished }),
      },
      foreign: { 'another’s secret': `${ownId}.${rivalSecret}`, 'another’s id': `${rivalId}.${ownSecret}` },
      wrong: {
        'an unused ticket': ticket,
        'a kiosk’s secret': `${kiosk.id}.${kiosk.secret}`,
        'a client token': client,
        ...(path === choicePath || isManaging ? { 'the browser’s own session': sessions.own } : {}),
        ...(isManaging ? { 'the phone of a hand-off': sessions.manageCamera } : {}),
        ...(path.startsWith('/face/hand-off') ? { 'the phone of a hand-off': sessions.camera } : {}),
        ...(mayChoose ? {} : { 'a phone that has not chosen its number': sessions.unpaired }),
      },
    },
    stream: {
      place: inBearer,
      right: client,
      rival,
      replayed: { revoked, orphan },
      foreign: { rival },
      wrong: { 'a token of no application': client, 'a key without the scope': narrowed },
    },
  };
  return kinds;
}

/** Signs a face check request like a Lambda trigger. */
export function signRequest({ url, providers: { shop } }: Pick<Stage, 'url' | 'providers'>, changes = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const nonce = newSecret();
  const claims = { iss: shop.userPoolId, aud: `${url}/hooks/shop`, sub: 'user-1', client_id: shop.clientId, nonce };
  const header = { alg: 'HS256', typ: 'facestep-request+jwt' };
  return signHmac(header, { ...claims, iat: now, exp: now + 180, ...changes }, shop.requestSecret);
}

/** Returns requests of another pool or app client, that are over, too long, of the future or without a nonce. */
function badRequests(stage: Stage): readonly string[] {
  const now = Math.floor(Date.now() / 1000);
  const changes = [
    { iss: 'eu-central-1_Other' },
    { client_id: 'other' },
    { iat: now - 600, exp: now - 420 },
    { iat: now - 600, exp: now + 10 ** 9 },
    { iat: now + 3600, exp: now + 3780 },
    { nonce: undefined },
  ];
  return [...changes.map((each) => signRequest(stage, each)), ...alterToken(signRequest(stage), stage.providers)];
}

/** Returns the secrets of endpoints that take them in a field instead of a header. */
function fieldKind({ path }: Endpoint, stage: Stage, { ticket, stepUps, kiosk, sessions }: Victims): Kind | null {
  const { waiting, rival, finished } = stepUps;
  const hourAgo = Math.floor(Date.now() / 1000) - 3600;
  const inField = (name: string, [right, other, used]: readonly [string, string, string], more: Texts = {}): Kind => ({
    place: (text) => ({ fields: { ...more, [name]: text } }),
    right,
    rival: other,
    replayed: { 'a finished one': used },
    foreign: { 'another tenant’s': other },
    wrong: { 'a session': sessions.own, 'a client token': stage.credentials.client },
  });
  switch (path) {
    case '/face/open': {
      const other = `${ticket.split('.')[0]}.${rival.challenge}`;
      const forged = badRequests(stage).map((text) => `requested.shop.${text}`);
      return { ...inField('ticket', [ticket, other, `${finished.id}.${finished.challenge}`]), forged };
    }
    case '/face/kiosk/next':
      return inField('secret', [kiosk.secret, rival.challenge, finished.challenge], { kiosk: kiosk.id });
    case '/step-ups/{id}/photos':
      return inField('challenge', [waiting.challenge, rival.challenge, finished.challenge]);
    case '/step-ups/requested': {
      const other = signRequest(stage, { aud: `${stage.url}/hooks/rival` });
      const used = signRequest(stage, { iat: hourAgo, exp: hourAgo + 180 });
      return { ...inField('request', ['', other, used], { connection: 'shop' }), forged: badRequests(stage) };
    }
    case '/v2/authenticate-credentials':
      return inField('emailCode', ['12345', '123451', '123452'], { phoneCode: '654321' });
    default:
      return null;
  }
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
  ...show('forged', inBearer, { 'a forged bearer': newSecret() }),
  ...show('replayed', inClient, { 'a revoked token': credentials.revoked }),
  ...show('cross-tenant', inClient, { 'another tenant’s token': credentials.rival }),
  ...wrongEverywhere(credentials),
];

export function badCredentials(endpoint: Endpoint, stage: Stage, victims: Victims): readonly Shown[] {
  const { client, owner } = stage.credentials;
  const kindOfField = fieldKind(endpoint, stage, victims);
  const kind = kindOfField ?? headerKinds(endpoint, stage, victims)[endpoint.needs];
  if (kind === undefined) return shownToEverybody(stage.credentials);
  const { place, right, rival, forged = [], replayed, foreign, wrong } = kind;
  const elsewhere = [
    [inClient, client],
    [inAdmin, owner],
    [inBearer, victims.sessions.own],
  ] as const;
  return [
    ...(kindOfField === null ? [{ class: 'forged', variant: 'no credential' } as const] : []),
    ...show('forged', place, [...(right === '' ? [] : alterSecret(right, rival)), ...forged]),
    ...show('replayed', place, replayed),
    ...show('cross-tenant', place, foreign),
    ...show('wrong role', place, wrong),
    ...elsewhere
      .filter(([other]) => kindOfField === null && other !== place)
      .flatMap(([other, text]) => show('wrong role', other, { 'a valid credential of another kind': text })),
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
