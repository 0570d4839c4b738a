import { randomBytes } from 'node:crypto';
import type { BadCredential } from './credential-forms.js';
import { alterToken } from './providers/bearer-tricks.js';
import { badRequests, goodRequest, requestClaims, signRequest } from './request-objects.js';
import type { Stage } from './stage.js';
import type { Victims } from './victims.js';

/* Endpoints that ask for no token: what lets somebody in is a secret in the body. */

type Class = BadCredential['class'];
type Bad = readonly [kind: Class, variant: string, fields: Readonly<Record<string, string>>];

const base64 = (bytes: number): string => randomBytes(bytes).toString('base64url');

const flipEnd = (text: string): string => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');

function badTickets(stage: Stage, { ticket, stepUps, sessions, kiosk }: Victims): readonly Bad[] {
  const [id = '', secret = ''] = ticket.split('.');
  const as = (kind: Class, variant: string, text: string): Bad => [kind, variant, { ticket: text }];
  return [
    as('forged', 'one of the right shape', `${base64(16)}.${base64(32)}`),
    as('forged', 'a known id under another secret', `${id}.${base64(32)}`),
    as('forged', 'a known id alone', id),
    as('forged', 'a known id under no secret', `${id}.`),
    as('forged', 'a letter changed', flipEnd(ticket)),
    as('forged', 'a letter less', ticket.slice(0, -1)),
    as('forged', 'three parts', `${ticket}.x`),
    as('forged', 'a hand-off that nobody began', `handoff.${ticket}`),
    as('forged', 'a name of a prototype', '__proto__.constructor'),
    as('forged', 'spaces around it', ` ${ticket} `),
    ...badRequests(stage).map(([variant, request]) => as('forged', variant, `requested.shop.${request}`)),
    as('replayed', 'of a step-up that was opened', `${sessions.own.split('.')[0]}.${secret}`),
    as('replayed', 'of a step-up that is over', `${stepUps.finished.id}.${stepUps.finished.challenge}`),
    as('cross-tenant', 'this secret under another tenant’s id', `${stepUps.rival.id}.${secret}`),
    as('cross-tenant', 'another tenant’s secret under this id', `${id}.${stepUps.rival.challenge}`),
    as('cross-tenant', 'a request for another connection', `requested.workforce.${goodRequest(stage)}`),
    as('wrong role', 'a session in its place', sessions.own),
    as('wrong role', 'a kiosk’s secret in its place', `${kiosk.id}.${kiosk.secret}`),
    as('wrong role', 'a client token in its place', stage.credentials.client),
  ];
}

function badSecretsOfKiosks(stage: Stage, { kiosk, stepUps, sessions }: Victims): readonly Bad[] {
  const as = (kind: Class, variant: string, id: string, secret: string): Bad => [kind, variant, { kiosk: id, secret }];
  return [
    as('forged', 'one of the right shape', base64(9), base64(32)),
    as('forged', 'a known id under another secret', kiosk.id, base64(32)),
    as('forged', 'a letter changed', kiosk.id, flipEnd(kiosk.secret)),
    as('forged', 'a letter less', kiosk.id, kiosk.secret.slice(0, -1)),
    as('forged', 'a name of a prototype', '__proto__', 'constructor'),
    as('forged', 'the id twice', kiosk.id, kiosk.id),
    as('replayed', 'the secret of a step-up that is over', kiosk.id, stepUps.finished.challenge),
    as('cross-tenant', 'another tenant’s secret', kiosk.id, stepUps.rival.challenge),
    as('wrong role', 'a client token in its place', kiosk.id, stage.credentials.client),
    as('wrong role', 'a session in its place', kiosk.id, sessions.own),
  ];
}

function badChallenges({ credentials }: Stage, { stepUps, sessions, ticket }: Victims): readonly Bad[] {
  const as = (kind: Class, variant: string, challenge: string): Bad => [kind, variant, { challenge }];
  const { waiting, rival, finished } = stepUps;
  return [
    as('forged', 'one of the right shape', base64(32)),
    as('forged', 'a letter changed', flipEnd(waiting.challenge)),
    as('forged', 'a letter less', waiting.challenge.slice(0, -1)),
    as('forged', 'a letter more', `${waiting.challenge}A`),
    as('forged', 'in capitals', waiting.challenge.toUpperCase()),
    as('forged', 'a name of a prototype', '__proto__'),
    as('replayed', 'of a step-up that is over', finished.challenge),
    as('cross-tenant', 'of another tenant’s step-up', rival.challenge),
    as('wrong role', 'a session in its place', sessions.own),
    as('wrong role', 'a whole ticket in its place', ticket),
    as('wrong role', 'a client token in its place', credentials.client),
  ];
}

function badRequestObjects(stage: Stage): readonly Bad[] {
  const as = (kind: Class, variant: string, request: string, connection = 'shop'): Bad => [
    ...([kind, variant, { connection, request }] as const),
  ];
  const { outside, shop } = stage.providers;
  const tricks = alterToken(goodRequest(stage), {
    publicKey: outside.publicKey.jwk,
    lure: `${outside.url}/lure/request`,
  });
  const old = requestClaims(stage);
  const forRival = signRequest({ ...requestClaims(stage), aud: `${stage.url}/hooks/rival` }, shop.requestSecret);
  return [
    ...badRequests(stage).map(([variant, request]) => as('forged', variant, request)),
    ...tricks
      // Its header says more, and its signature is right no more: the key is a secret.
      .map(([variant, request]) => as('forged', variant, request)),
    as(
      'replayed',
      'of an hour ago',
      signRequest({ ...old, iat: old.iat - 3600, exp: old.exp - 3600 }, shop.requestSecret),
    ),
    as('cross-tenant', 'for a connection without triggers', goodRequest(stage), 'workforce'),
    as('cross-tenant', 'for another tenant’s connection', forRival, 'shop'),
    as('cross-tenant', 'at another tenant', goodRequest(stage), 'rival'),
    as('wrong role', 'a client token in its place', stage.credentials.client),
  ];
}

const wrongCodes: readonly Bad[] = [
  ['forged', 'codes nobody was sent', { emailCode: '123456', phoneCode: '654321' }],
  ['replayed', 'codes of nobody, again', { emailCode: '000000', phoneCode: '000000' }],
  ['cross-tenant', 'codes of another', { emailCode: '111111', phoneCode: '222222' }],
  ['wrong role', 'one code for both', { emailCode: '333333', phoneCode: '333333' }],
];

/** What does not open an endpoint whose credential is in the body; empty where it is open to everybody. */
export function badFields(path: string, stage: Stage, victims: Victims): readonly BadCredential[] {
  const all: Readonly<Record<string, () => readonly Bad[]>> = {
    '/face/open': () => badTickets(stage, victims),
    '/face/kiosk/next': () => badSecretsOfKiosks(stage, victims),
    '/step-ups/{id}/photos': () => badChallenges(stage, victims),
    '/step-ups/requested': () => badRequestObjects(stage),
    '/v2/authenticate-credentials': () => wrongCodes,
  };
  return (all[path]?.() ?? []).map(([kind, variant, fields]) => ({ class: kind, variant, headers: [], fields }));
}
