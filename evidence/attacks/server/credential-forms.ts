import { randomBytes } from 'node:crypto';
import { type Right, rightsByRole, roles } from '../../../src/rest/rights.js';
import { clientScopes } from '../../../src/rest/scopes.js';
import { asAdministrator, asClient, asSession, type Credentials } from './credentials.js';
import { choicePath } from './hand-off.js';
import type { HostileClass } from './hostile.js';
import type { Header } from './request.js';
import type { Needs } from './surface.js';
import type { Victims } from './victims.js';

/** A credential that must not do, and which class it is of. */
export interface BadCredential {
  readonly class: Extract<HostileClass, 'forged' | 'replayed' | 'cross-tenant' | 'wrong role'>;
  readonly variant: string;
  readonly headers: readonly Header[];
  /** Fields of the body in place of the right ones. */
  readonly fields?: Readonly<Record<string, string>>;
}

type Class = BadCredential['class'];

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const base64 = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** The public id and the secret of a credential such as `fst_<id>_<secret>`. */
const split = (text: string): { prefix: string; id: string; secret: string } => {
  const [prefix = '', id = '', ...rest] = text.split('_');
  return { prefix, id, secret: rest.join('_') };
};

/** Another letter in place of the last one. */
const flipEnd = (text: string): string => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');

const of =
  (kind: Class) =>
  (variant: string, headers: readonly Header[]): BadCredential => ({ class: kind, variant, headers });
const forged = of('forged');
const replayed = of('replayed');
const foreign = of('cross-tenant');
const misplaced = of('wrong role');

/** Another's credential, put together wrongly; of client tokens and administrators' keys alike. */
function forgeries(good: string, other: string, as: (text: string) => readonly Header[]): readonly BadCredential[] {
  const { prefix, id, secret } = split(good);
  const strange = split(other);
  return [
    forged('no credential', []),
    forged('an empty one', as('')),
    forged('one of the right shape', as(`${prefix}_${hex(12)}_${base64(32)}`)),
    forged('a known id under another secret', as(`${prefix}_${id}_${base64(32)}`)),
    forged('a known id under no secret', as(`${prefix}_${id}_`)),
    forged('a secret under another id', as(`${prefix}_${strange.id}_${secret}`)),
    forged('a letter changed', as(flipEnd(good))),
    forged('a letter less', as(good.slice(0, -1))),
    forged('a letter more', as(`${good}A`)),
    forged('in capitals', as(good.toUpperCase())),
    forged('behind a word', as(`Bearer ${good}`)),
    forged('twice in one', as(`${good}, ${good}`)),
    forged('after a wrong one', [...as('x'), ...as(good)]),
    forged('of 8 KB', as('A'.repeat(8 * 1024))),
    forged('a name of a prototype', as('__proto__')),
    forged('a pattern', as('fst_.*_.*')),
    forged('as a cookie', [['Cookie', `X-Auth-Token=${good}; X-Admin-Key=${good}`]]),
  ];
}

function forClients(scope: string | null, credentials: Credentials, { sessions }: Victims): readonly BadCredential[] {
  const { client, owner, rival, tenant, revoked, expired, orphan, narrowed, exhausted, without } = credentials;
  const needed = clientScopes.find((each) => each === scope);
  return [
    ...forgeries(client, rival, asClient),
    replayed('a revoked token', asClient(revoked)),
    replayed('an expired token', asClient(expired)),
    replayed('a key of a removed application', asClient(orphan)),
    replayed('a key whose quota is used up', asClient(exhausted)),
    misplaced('an administrator’s key in its place', asClient(owner)),
    misplaced('an administrator’s key alone', asAdministrator(owner)),
    misplaced('a session of the capture page', asSession(sessions.own)),
    misplaced('a session in its place', asClient(sessions.own)),
    ...(needed === undefined ? [] : [misplaced(`every scope but ${needed}`, asClient(without[needed]))]),
    ...(needed === undefined || needed === 'screen'
      ? []
      : [misplaced('a key whose application lost the scope', asClient(narrowed))]),
    foreign(
      'another tenant’s token, revoked there and here',
      asClient(`${revoked.slice(0, 28)}_${split(rival).secret}`),
    ),
    foreign('this tenant’s id under the other’s secret', asClient(`fst_${split(tenant).id}_${split(rival).secret}`)),
  ];
}

function forAdministrators(right: string, credentials: Credentials, { sessions }: Victims): readonly BadCredential[] {
  const { byRole, removedAdministrator, expiredAdministrator, client, rival, owner } = credentials;
  const lacking = roles.filter((role) => !rightsByRole[role].some((held: Right) => held === right));
  return [
    ...forgeries(byRole.operator, removedAdministrator, asAdministrator),
    forged('the first owner’s key but a letter', asAdministrator(flipEnd(owner))),
    replayed('a removed administrator', asAdministrator(removedAdministrator)),
    replayed('an expired administrator', asAdministrator(expiredAdministrator)),
    ...lacking.map((role) => misplaced(`an administrator of the role ${role}`, asAdministrator(byRole[role]))),
    misplaced('a client token in its place', asAdministrator(client)),
    misplaced('a client token', asClient(client)),
    misplaced('the key in place of a client token', asClient(owner)),
    misplaced('a session', asSession(sessions.own)),
    foreign('another tenant’s client token in its place', asAdministrator(rival)),
    foreign('another tenant’s client token', asClient(rival)),
  ];
}

/** What a phone that lends its camera has no business with: to choose its number, it has no more. */
const notOfCameras = /^\/face\/(hand-off|enrolment|notices|data-consents|links|checks|devices|services|export)/;

/** What a link with the purpose `manage` opens. */
const isOfOwnPage = (path: string): boolean =>
  /^\/face\/(enrolment|notices|data-consents|links|checks|devices|services|export)/.test(path);

/** What a phone may do that has yet to choose. */
const ofUnpaired: readonly string[] = ['/face/session', choicePath];

function forSessions(
  path: string,
  { sessions, stepUps, ticket, kiosk }: Victims,
  { client }: Credentials,
): readonly BadCredential[] {
  const [ownId = '', ownSecret = ''] = sessions.own.split('.');
  const [rivalId = '', rivalSecret = ''] = sessions.rival.split('.');
  const [cameraId = '', cameraSecret = ''] = sessions.camera.split('.');
  const isManaging = isOfOwnPage(path);
  return [
    forged('no session', []),
    forged('an empty one', [['Authorization', 'Bearer ']]),
    forged('one of the right shape', asSession(`${base64(16)}.${base64(32)}`)),
    forged('a known id under another secret', asSession(`${ownId}.${base64(32)}`)),
    forged('a known id under no secret', asSession(`${ownId}.`)),
    forged('a letter changed', asSession(flipEnd(sessions.own))),
    forged('a letter less', asSession(sessions.own.slice(0, -1))),
    forged('the step-up’s challenge', asSession(`${stepUps.waiting.id}.${stepUps.waiting.challenge}`)),
    forged('a ticket nobody opened', asSession(ticket)),
    forged('as Basic', [['Authorization', `Basic ${Buffer.from(sessions.own).toString('base64')}`]]),
    forged('twice in one', [['Authorization', `Bearer ${sessions.own}, Bearer ${sessions.own}`]]),
    forged('a name of a prototype', asSession('__proto__.constructor')),
    forged('a key of the store', asSession(`../client-token:${ownId}.${ownSecret}`)),
    forged('three parts', asSession(`${sessions.own}.x`)),
    // Such a session may look at how it ended, and the rest is told by its code.
    ...(path === '/face/session' ? [] : [replayed('of a step-up that is over', asSession(sessions.finished))]),
    replayed('of a phone that another took the place of', asSession(sessions.replacedCamera)),
    foreign('another tenant’s secret under this id', asSession(`${ownId}.${rivalSecret}`)),
    foreign('this secret under another tenant’s id', asSession(`${rivalId}.${ownSecret}`)),
    misplaced('a client token', asClient(client)),
    misplaced('a kiosk’s secret', asSession(`${kiosk.id}.${kiosk.secret}`)),
    misplaced('the phone’s secret under another step-up', asSession(`${rivalId}.${cameraSecret}`)),
    ...(notOfCameras.test(path)
      ? [misplaced('the phone of a hand-off', asSession(sessions.manageCameras[path] ?? sessions.camera))]
      : [misplaced('the phone’s id alone', asSession(`${cameraId}.${cameraId}`))]),
    ...(sessions.unpaired === null || ofUnpaired.includes(path)
      ? []
      : [misplaced('a phone that has not chosen its number', asSession(sessions.unpaired))]),
    ...(path === choicePath ? [misplaced('the browser itself', asSession(sessions.own))] : []),
    ...(isManaging ? [misplaced('a session of a face check', asSession(sessions.own))] : []),
  ];
}

/** Streams of security events: every token shown as a key, and none of them one. */
function forStreams(credentials: Credentials): readonly BadCredential[] {
  const { client, revoked, orphan, narrowed, rival } = credentials;
  return [
    ...forEverybody(credentials),
    misplaced('a client token of no application', asSession(client)),
    foreign('another tenant’s token', asSession(rival)),
    replayed('a revoked token', asSession(revoked)),
    replayed('a key of an application that is gone', asSession(orphan)),
    misplaced('a key without the scope', asSession(narrowed)),
  ];
}

/** Where a credential is not asked for, showing a bad one must give no more than showing none. */
function forEverybody({ client, rival, revoked, byRole, owner }: Credentials): readonly BadCredential[] {
  return [
    forged('forged ones of every kind', [
      ...asClient(`fst_${hex(12)}_${base64(32)}`),
      ...asAdministrator(`fsa_${hex(12)}_${base64(32)}`),
      ...asSession(`${base64(16)}.${base64(32)}`),
    ]),
    replayed('a revoked token', asClient(revoked)),
    foreign('another tenant’s token', asClient(rival)),
    misplaced('an auditor', asAdministrator(byRole.auditor)),
    misplaced('an owner and a client', [...asAdministrator(owner), ...asClient(client)]),
  ];
}

/** Everything somebody might show who has not what an endpoint needs. */
export function badCredentials(
  { needs, path }: { readonly needs: Needs; readonly path: string },
  credentials: Credentials,
  victims: Victims,
): readonly BadCredential[] {
  switch (needs.kind) {
    case 'client':
      return forClients(needs.scope, credentials, victims);
    case 'admin':
      return forAdministrators(needs.right, credentials, victims);
    case 'session':
      return forSessions(path, victims, credentials);
    case 'stream':
      return forStreams(credentials);
    default:
      return forEverybody(credentials);
  }
}

/** What whoever may call shows. */
export function rightCredential(
  { needs, path }: { readonly needs: Needs; readonly path: string },
  { client, owner }: Credentials,
  { sessions }: Victims,
): readonly Header[] {
  switch (needs.kind) {
    case 'client':
      return asClient(client);
    case 'admin':
      return asAdministrator(owner);
    case 'session':
      if (path === choicePath) return asSession(sessions.unpaired ?? sessions.own);
      if (path === '/face/reference') return asSession(sessions.enrolling);
      return asSession(isOfOwnPage(path) ? sessions.manage : sessions.own);
    default:
      return [];
  }
}
