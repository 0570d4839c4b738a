import { z } from 'zod';
import type { OidcClient, Person } from '../../adapters/openid-client.js';
import type { JsonObject } from '../base/json.js';
import type { Connection } from '../core/connection.js';
import { digestOf } from '../core/digest.js';
import type { Clock, State } from '../core/ports.js';
import type { KioskVisit } from '../core/step-up/kiosk-visit.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';
import { oidcErrors } from './library.js';

const jsonGuard = z.record(z.string(), z.json());
const personGuard = z.object({
  subject: z.string(),
  isProven: z.boolean(),
  isSentByProvider: z.boolean().default(false),
  claims: z.intersection(jsonGuard, z.object({ sub: z.string() })),
});

const actingGuard = z.object({
  /** The id of the organisation. */
  organisation: z.string(),
  /** As they were when it was chosen. */
  roles: z.array(z.string()).readonly(),
});

/** For whom a person has chosen to act. */
export type Acting = z.output<typeof actingGuard>;

/** One authorization request on its way through the face check. */
export type Flow = {
  readonly clientId: string;
  /** `null` until the person has said who they are. */
  readonly person: Person | null;
  /** What the ID token will say, if the check passes. */
  readonly acr: string;
  /** The step-up that answers the request, and the secret of the browser it is for; `null` until one was started. */
  readonly stepUp: { readonly id: string; readonly browserDigest: string; readonly starts: number } | null;
  /** The face check of another connection by which the person links their account there; `null`: none is under way. */
  readonly linking: {
    readonly source: string;
    readonly subject: string;
    readonly stepUpId: string;
    readonly browserDigest: string;
  } | null;
  /** The connection that was to be linked last, where that came to nothing. */
  readonly notLinked: string | null;
  /** `null` until the person has chosen, and where nobody asked. */
  readonly acting: Acting | null;
  /** The visit of the kiosk that it goes on at; `null`: at no kiosk. */
  readonly atKiosk: KioskVisit | null;
  /** When it is over, whatever has happened. */
  readonly endsAt: EpochMs;
};

/** Of a flow that has just begun: nothing is settled yet. */
export const begun = { stepUp: null, linking: null, notLinked: null, acting: null, atKiosk: null } as const;

/** Over the life of a step-up, in seconds: for a typed user name before it, and the way back after it. */
export const aroundStepUpSec = 120;

/** Beside that, to write recovery codes down, which whoever has passed is shown first. */
const writingSec = 300;

/** To read what an application wants to know, and to decide. */
const decidingSec = 300;

/** And to link accounts at other connections, with a face check each. */
const linkingSec = 900;

const flowGuard = z.object({
  clientId: z.string(),
  person: personGuard.nullable(),
  acr: z.string(),
  stepUp: z.object({ id: z.string(), browserDigest: z.string(), starts: z.int() }).nullable(),
  linking: z
    .object({ source: z.string(), subject: z.string(), stepUpId: z.string(), browserDigest: z.string() })
    .nullable()
    .default(null),
  notLinked: z.string().nullable().default(null),
  // Earlier versions did not ask.
  acting: actingGuard.nullable().default(null),
  atKiosk: z.object({ kiosk: z.string(), visit: z.string() }).nullable().default(null),
  endsAt: epochMsGuard,
}) satisfies z.ZodType<Flow>;

interface FlowDeps {
  readonly connection: Connection;
  readonly state: State;
  readonly clock: Clock;
}

const flowKey = (connection: Connection, uid: string): string =>
  `oidc-flow:${connection.id}:${digestOf(uid).toString('base64url')}`;

/** How long an authorization may take, from the request to the answer, in whole seconds. */
export function flowLifeSec({ lifeSec, consented, organisations }: OidcClient, { policy }: Connection): number {
  const claims = Object.values(consented?.claims ?? {});
  const asksPerson = claims.length > 0 || organisations !== undefined;
  const asksElsewhere = claims.some(({ from }) => from !== undefined);
  const codesSec = policy.anotherWay.recoveryCodes ? writingSec : 0;
  const afterwardsSec = codesSec + (asksPerson ? decidingSec : 0) + (asksElsewhere ? linkingSec : 0);
  return lifeSec ?? policy.stepUpTimeoutSec + aroundStepUpSec + afterwardsSec;
}

/** Keeps how far an interaction is. @param uid - the library's name of it */
export async function writeFlow({ uid }: { readonly uid: string }, flow: Flow, deps: FlowDeps): Promise<void> {
  const { connection, state } = deps;
  await state.write(flowKey(connection, uid), flow, { when: 'any', expiresAt: flow.endsAt, mayBeLost: true });
}

/** @throws oidcErrors.SessionNotFound */
export async function readFlow(uid: string, { connection, state }: FlowDeps): Promise<Flow> {
  const found = await state.read(flowKey(connection, uid));
  if (found === null) throw new oidcErrors.SessionNotFound('interaction has ended');
  return flowGuard.parse(found.value);
}

const claimsKey = (connection: Connection, grantId: string): string =>
  `oidc-claims:${connection.id}:${digestOf(grantId).toString('base64url')}`;

/** Keeps what the tokens of a grant say of the person. */
export async function writeClaims(grantId: string, claims: JsonObject, lifeSec: number, deps: FlowDeps): Promise<void> {
  const { connection, state, clock } = deps;
  await state.write(claimsKey(connection, grantId), claims, {
    when: 'any',
    expiresAt: addSec(clock.now(), lifeSec),
  });
}

/** @returns `null` where there are none, or no more */
export async function readClaims(grantId: string, { connection, state }: FlowDeps): Promise<JsonObject | null> {
  const found = await state.read(claimsKey(connection, grantId));
  return found === null ? null : jsonGuard.parse(found.value);
}

const shareGuard = z.object({
  /** Whose consent it is of: another client, or a consent given anew, is another share. */
  client: z.string(),
  consent: z.string(),
  /** Names of claims, by where they are told. */
  idToken: z.array(z.string()).readonly(),
  userInfo: z.array(z.string()).readonly(),
});

/** What the tokens of a grant may tell of the person, with their consent. */
export type Share = z.output<typeof shareGuard>;

const shareKey = (connection: Connection, grantId: string): string =>
  `oidc-share:${connection.id}:${digestOf(grantId).toString('base64url')}`;

/** Keeps what the tokens of a grant may tell: names alone, the values are read when they are told. */
export async function writeShare(grantId: string, share: Share, lifeSec: number, deps: FlowDeps): Promise<void> {
  const { connection, state, clock } = deps;
  await state.write(shareKey(connection, grantId), share, { when: 'any', expiresAt: addSec(clock.now(), lifeSec) });
}

/** @returns `null` where the person was asked for nothing */
export async function readShare(grantId: string, { connection, state }: FlowDeps): Promise<Share | null> {
  const found = await state.read(shareKey(connection, grantId));
  return found === null ? null : shareGuard.parse(found.value);
}

const actingKey = (connection: Connection, grantId: string): string =>
  `oidc-acting:${connection.id}:${digestOf(grantId).toString('base64url')}`;

/** Keeps for which organisation the tokens of a grant are: its id alone, the roles are read when they are told. */
export async function writeActing(
  grantId: string,
  { organisation }: Acting,
  lifeSec: number,
  { connection, state, clock }: FlowDeps,
): Promise<void> {
  const expiresAt = addSec(clock.now(), lifeSec);
  await state.write(actingKey(connection, grantId), organisation, { when: 'any', expiresAt });
}

/** @returns the id of the organisation; `null` where the person acts for themselves */
export async function readActing(grantId: string, { connection, state }: FlowDeps): Promise<string | null> {
  const found = await state.read(actingKey(connection, grantId));
  return found === null ? null : z.string().parse(found.value);
}
