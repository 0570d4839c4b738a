import { z } from 'zod';
import type { OidcClient, Person } from '../../adapters/openid-client.js';
import type { JsonObject } from '../base/json.js';
import type { Connection } from '../core/connection.js';
import { digestOf } from '../core/digest.js';
import type { Clock, State } from '../core/ports.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';
import { oidcErrors } from './library.js';

const jsonGuard = z.record(z.string(), z.json());
const personGuard = z.object({
  subject: z.string(),
  isProven: z.boolean(),
  isSentByProvider: z.boolean().default(false),
  claims: z.intersection(jsonGuard, z.object({ sub: z.string() })),
});

/** One authorization request on its way through the face check. */
export type Flow = {
  readonly clientId: string;
  /** `null` until the person has said who they are. */
  readonly person: Person | null;
  /** What the ID token will say, if the check passes. */
  readonly acr: string;
  /** The step-up that answers the request, and the secret of the browser it is for; `null` until one was started. */
  readonly stepUp: { readonly id: string; readonly browserDigest: string; readonly starts: number } | null;
  /** When it is over, whatever has happened. */
  readonly endsAt: EpochMs;
};

/** Over the life of a step-up, in seconds: for a typed user name before it, and the way back after it. */
export const aroundStepUpSec = 120;

const flowGuard = z.object({
  clientId: z.string(),
  person: personGuard.nullable(),
  acr: z.string(),
  stepUp: z.object({ id: z.string(), browserDigest: z.string(), starts: z.int() }).nullable(),
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
export const flowLifeSec = ({ lifeSec }: OidcClient, { policy }: Connection): number =>
  lifeSec ?? policy.stepUpTimeoutSec + aroundStepUpSec;

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
