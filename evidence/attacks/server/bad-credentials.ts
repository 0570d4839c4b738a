import { randomBytes } from 'node:crypto';
import { type Right, rightsByRole, roles } from '../../../src/rest/rights.js';
import { clientScopes } from '../../../src/rest/scopes.js';
import { type Altered, alterSecret, alterToken, encodePart, signHmac } from './alter.js';
import { asAdministrator, asClient, asSession } from './credentials.js';
import { choicePath } from './hand-off.js';
import type { BadCredential } from './hostile.js';
import type { Header } from './request.js';
import type { Stage } from './stage.js';
import type { Endpoint } from './surface.js';
import type { Victims } from './victims.js';

export interface Shown extends Omit<BadCredential, 'request'> {
  readonly headers?: readonly Header[];
  readonly fields?: Readonly<Record<string, string>>;
}

type Class = BadCredential['class'];
type Texts = readonly Altered[] | Readonly<Record<string, string>>;

const isList = (texts: Texts): texts is readonly Altered[] => Array.isArray(texts);

export const show = (
  kind: Class,
  place: (text: string) => Omit<Shown, 'class' | 'variant'>,
  texts: Texts,
): readonly Shown[] =>
  (isList(texts) ? texts : Object.entries(texts)).map(([variant, text]) => ({ class: kind, variant, ...place(text) }));

const inClient = (text: string) => ({ headers: asClient(text) });
const inAdmin = (text: string) => ({ headers: asAdministrator(text) });
const inBearer = (text: string) => ({ headers: asSession(text) });
const inField =
  (name: string, more: object = {}) =>
  (text: string) => ({ fields: { ...more, [name]: text } });

/** Pages that only the user's own browser may open. A phone that lends its camera to that browser may not open them. */
const ownPage = /^\/face\/(enrolment|notices|data-consents|links|checks|devices|services|export)/;

function inHeaders({ needs, path }: Endpoint, { credentials }: Stage, { sessions, ticket, kiosk }: Victims) {
  const { client, owner, rival, tenant, revoked, expired, orphan, narrowed, exhausted, without } = credentials;
  const { own } = sessions;
  const none: Shown = { class: 'forged', variant: 'no credential' };
  switch (needs.kind) {
    case 'client': {
      const needed = clientScopes.find((scope) => scope === needs.scope);
      return [
        none,
        ...show('forged', inClient, alterSecret(client, rival)),
        ...show('forged', (text) => ({ headers: [...asClient('x'), ...asClient(text)] }), {
          'after a wrong one': client,
        }),
        ...show('forged', (text) => ({ headers: [['Cookie', `X-Auth-Token=${text}`]] }), { 'as a cookie': client }),
        ...show('replayed', inClient, { revoked, expired, orphan, exhausted }),
        ...show('wrong role', inClient, { 'an administrator’s key': owner, 'a session': own }),
        ...show('wrong role', inAdmin, { 'an administrator’s key alone': owner }),
        ...show('wrong role', inBearer, { 'a session alone': own }),
        ...show(
          'wrong role',
          inClient,
          needed === undefined ? {} : { [`every scope but ${needed}`]: without[needed] ?? '' },
        ),
        ...show('wrong role', inClient, needed === undefined || needed === 'screen' ? {} : { narrowed }),
        ...show('cross-tenant', inClient, {
          'a revoked id under another tenant’s secret': `${revoked.slice(0, 28)}_${rival.slice(29)}`,
          'a tenant’s id under another’s secret': `${tenant.slice(0, 28)}_${rival.slice(29)}`,
        }),
      ];
    }
    case 'admin': {
      const { byRole, removedAdministrator, expiredAdministrator } = credentials;
      const lacking = roles.filter((role) => !rightsByRole[role].some((held: Right) => held === needs.right));
      return [
        none,
        ...show('forged', inAdmin, alterSecret(byRole.operator, removedAdministrator)),
        ...show('forged', inAdmin, { 'the first owner’s key but a letter': owner.slice(0, -1) }),
        ...show('replayed', inAdmin, { removedAdministrator, expiredAdministrator }),
        ...show('wrong role', inAdmin, Object.fromEntries(lacking.map((role) => [`the role ${role}`, byRole[role]]))),
        ...show('wrong role', inAdmin, { 'a client token in its place': client }),
        ...show('wrong role', inClient, { 'a client token': client, 'the key as a client token': owner }),
        ...show('wrong role', inBearer, { 'a session': own, 'the key as bearer': owner }),
        ...show('cross-tenant', inAdmin, { 'another tenant’s client token in its place': rival }),
        ...show('cross-tenant', inClient, { 'another tenant’s client token': rival }),
      ];
    }
    case 'session': {
      const [ownId = '', ownSecret = ''] = own.split('.');
      const [rivalId = '', rivalSecret = ''] = sessions.rival.split('.');
      const isManaging = ownPage.test(path);
      const mayChoose = ['/face/session', choicePath].includes(path);
      return [
        none,
        ...show('forged', inBearer, alterSecret(own, sessions.rival)),
        ...show('forged', inBearer, { 'a ticket nobody opened': ticket }),
        // Not sent to `/face/session`, because the session of a finished step-up may still read the result there.
        ...show(
          'replayed',
          inBearer,
          path === '/face/session' ? {} : { 'of a step-up that is over': sessions.finished },
        ),
        ...show('replayed', inBearer, { 'of a phone that was replaced': sessions.replacedCamera }),
        ...show('cross-tenant', inBearer, {
          'another tenant’s secret under this id': `${ownId}.${rivalSecret}`,
          'this secret under another tenant’s id': `${rivalId}.${ownSecret}`,
        }),
        ...show('wrong role', inBearer, {
          'a client token': client,
          'a kiosk’s secret': `${kiosk.id}.${kiosk.secret}`,
        }),
        ...show('wrong role', inBearer, path === choicePath || isManaging ? { 'the browser’s own session': own } : {}),
        ...show(
          'wrong role',
          inBearer,
          isManaging || path.startsWith('/face/hand-off')
            ? { 'the phone of a hand-off': sessions.manageCameras[path] ?? sessions.camera }
            : {},
        ),
        ...show(
          'wrong role',
          inBearer,
          sessions.unpaired === null || mayChoose
            ? {}
            : { 'a phone that has not chosen its number': sessions.unpaired },
        ),
      ];
    }
    case 'stream':
      return [
        none,
        ...show('forged', inBearer, alterSecret(client, rival)),
        ...show('wrong role', inBearer, { 'a token of no application': client, 'a key without the scope': narrowed }),
        ...show('cross-tenant', inBearer, { 'another tenant’s token': rival }),
        ...show('replayed', inBearer, { revoked, orphan }),
      ];
    default:
      return shownToEverybody(credentials);
  }
}

/**
 * Credentials that are forged, revoked or issued for something else. They are sent to endpoints that need no
 * credential, and must give no additional access there.
 */
export const shownToEverybody = ({ client, rival, revoked, byRole, owner }: Stage['credentials']): readonly Shown[] => [
  ...show('forged', inClient, { 'a forged token': client.slice(0, -1) }),
  ...show('forged', inBearer, { 'a forged bearer': randomBytes(32).toString('base64url') }),
  ...show('replayed', inClient, { 'a revoked token': revoked }),
  ...show('cross-tenant', inClient, { 'another tenant’s token': rival }),
  ...show('wrong role', inAdmin, { 'an auditor': byRole.auditor, 'an owner': owner }),
];

const requestHeader = { alg: 'HS256', typ: 'facestep-request+jwt' };

/** Signs a face check request like a Lambda trigger. */
export function signRequest(
  { url, providers: { shop } }: Pick<Stage, 'url' | 'providers'>,
  changes: object = {},
  { secret = shop.requestSecret, header = requestHeader }: { secret?: string; header?: object } = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const nonce = randomBytes(16).toString('base64url');
  const claims = { iss: shop.userPoolId, aud: `${url}/hooks/shop`, sub: 'somebody', client_id: shop.clientId, nonce };
  return signHmac(header, { ...claims, iat: now, exp: now + 180, ...changes }, secret);
}

function badRequests(stage: Stage): readonly Altered[] {
  const now = Math.floor(Date.now() / 1000);
  const { outside } = stage.providers;
  const changes: Readonly<Record<string, object>> = {
    'of another pool': { iss: 'eu-central-1_Other' },
    'of another app client': { client_id: 'other' },
    'that has expired': { iat: now - 600, exp: now - 420 },
    'that lasts for ever': { iat: now - 600, exp: now + 10 ** 9 },
    'of the future': { iat: now + 3600, exp: now + 3780 },
    'without a nonce': { nonce: undefined },
    'about nobody': { sub: '' },
    'for another tenant': { aud: `${stage.url}/hooks/rival` },
  };
  const good = signRequest(stage);
  const [head = '', , signature = ''] = good.split('.');
  return [
    ...Object.entries(changes).map(([variant, each]): Altered => [`a request ${variant}`, signRequest(stage, each)]),
    ['a request under another secret', signRequest(stage, {}, { secret: randomBytes(32).toString('base64url') })],
    ['a request under no secret', signRequest(stage, {}, { secret: '' })],
    ['a request of another type', signRequest(stage, {}, { header: { ...requestHeader, typ: 'JWT' } })],
    ['a request that says RS256', signRequest(stage, {}, { header: { ...requestHeader, alg: 'RS256' } })],
    ['a request with other claims', `${head}.${encodePart({ sub: 'else' })}.${signature}`],
    ...alterToken(good, { publicKey: outside.publicKey.jwk, lure: `${outside.url}/lure/request` }),
  ];
}

function inBody(path: string, stage: Stage, { ticket, stepUps, sessions, kiosk }: Victims): readonly Shown[] {
  const { client } = stage.credentials;
  const misplaced = { 'a session in its place': sessions.own, 'a client token in its place': client };
  const { waiting, rival, finished } = stepUps;
  if (path === '/face/open') {
    const place = inField('ticket');
    const [id = '', secret = ''] = ticket.split('.');
    return [
      ...show('forged', place, alterSecret(ticket, `${rival.id}.${rival.challenge}`)),
      ...show('forged', place, {
        'a hand-off that nobody began': `handoff.${ticket}`,
        'spaces around it': ` ${ticket} `,
      }),
      ...show('forged', (text) => place(`requested.shop.${text}`), badRequests(stage)),
      ...show('replayed', place, { 'of a step-up that is over': `${finished.id}.${finished.challenge}` }),
      ...show('cross-tenant', place, {
        'this secret under another tenant’s id': `${rival.id}.${secret}`,
        'another tenant’s secret under this id': `${id}.${rival.challenge}`,
        'a request for another connection': `requested.workforce.${signRequest(stage)}`,
      }),
      ...show('wrong role', place, { ...misplaced, 'a kiosk’s secret': `${kiosk.id}.${kiosk.secret}` }),
    ];
  }
  if (path === '/face/kiosk/next' || path === '/step-ups/{id}/photos') {
    const isKiosk = path === '/face/kiosk/next';
    const place = isKiosk ? inField('secret', { kiosk: kiosk.id }) : inField('challenge');
    return [
      ...show('forged', place, alterSecret(isKiosk ? kiosk.secret : waiting.challenge, rival.challenge)),
      ...show('replayed', place, { 'the secret of a step-up that is over': finished.challenge }),
      ...show('cross-tenant', place, { 'another tenant’s secret': rival.challenge }),
      ...show('wrong role', place, { ...misplaced, 'a whole ticket': ticket }),
    ];
  }
  if (path === '/step-ups/requested') {
    const at = (connection: string) => inField('request', { connection });
    const hourAgo = Math.floor(Date.now() / 1000) - 3600;
    return [
      ...show('forged', at('shop'), badRequests(stage)),
      ...show('replayed', at('shop'), { 'of an hour ago': signRequest(stage, { iat: hourAgo, exp: hourAgo + 180 }) }),
      ...show('cross-tenant', at('workforce'), { 'for a connection without triggers': signRequest(stage) }),
      ...show('cross-tenant', at('rival'), { 'at another tenant': signRequest(stage) }),
      ...show('wrong role', at('shop'), misplaced),
    ];
  }
  if (path !== '/v2/authenticate-credentials') return [];
  const codes = (emailCode: string) => ({ fields: { emailCode, phoneCode: '654321' } });
  return (['forged', 'replayed', 'cross-tenant', 'wrong role'] as const).flatMap((kind, at) =>
    show(kind, codes, { 'codes nobody was sent': `12345${at}` }),
  );
}

export function badCredentials(endpoint: Endpoint, stage: Stage, victims: Victims): readonly Shown[] {
  const shown = inBody(endpoint.path, stage, victims);
  return shown.length > 0 ? shown : inHeaders(endpoint, stage, victims);
}

export function rightCredential({ needs, path }: Endpoint, stage: Stage, { sessions }: Victims): readonly Header[] {
  if (needs.kind === 'client') return asClient(stage.credentials.client);
  if (needs.kind === 'admin') return asAdministrator(stage.credentials.owner);
  if (needs.kind !== 'session') return [];
  if (path === choicePath) return asSession(sessions.unpaired ?? sessions.own);
  if (path === '/face/reference') return asSession(sessions.enrolling);
  return asSession(ownPage.test(path) ? sessions.manage : sessions.own);
}
