import type { Request, Response } from 'express';
import type { Interaction } from 'oidc-provider';
import { z } from 'zod';
import type { OidcClient, Person } from '../connections/openid-client.js';
import type { JsonObject } from '../core/base/json.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { digestOf } from '../core/secrets.js';
import { addSec, epochMsGuard } from '../core/units.js';
import type { AuthorizationParameters } from './asked.js';
import { oidcErrors, type Provider } from './library.js';

const jsonGuard = z.record(z.string(), z.json());
const personGuard = z
  .object({
    subject: z.string(),
    // These two are the stored form of the assurance.
    isProven: z.boolean(),
    isSentByProvider: z.boolean(),
    claims: z.intersection(jsonGuard, z.object({ sub: z.string() })),
  })
  .transform(
    ({ isProven, isSentByProvider, ...person }): Person => ({
      ...person,
      assurance: isProven ? 'vouched' : isSentByProvider ? 'first_factor' : 'anonymous',
    }),
  );

const toStoredPerson = ({ subject, assurance, claims }: Person) => ({
  subject,
  isProven: assurance === 'vouched',
  isSentByProvider: assurance !== 'anonymous',
  claims,
});

export const newFlow = {
  stepUp: null,
  linking: null,
  notLinked: null,
  decided: {},
  atKiosk: null,
  isRefused: false,
  ruled: null,
} as const;

/** Seconds for typing a username and for returning to the client. */
const aroundStepUpSec = 120;

/** Seconds for the person to write down recovery codes. */
const writingSec = 300;

/** Seconds for a decision on a page. */
export const decidingSec = 300;

const linkingSec = 900;

const flowGuard = z.object({
  clientId: z.string(),
  person: personGuard.nullable(),
  acr: z.string(),
  stepUp: z.object({ id: z.string(), browserDigest: z.string(), starts: z.int() }).nullable(),
  linking: z
    .object({ source: z.string(), subject: z.string(), stepUpId: z.string(), browserDigest: z.string() })
    .nullable(),
  notLinked: z.string().nullable(),
  /** Decisions of the person, by feature. */
  decided: z.record(z.string(), z.json()),
  atKiosk: z.object({ kiosk: z.string(), visit: z.string() }).nullable(),
  /** True if a rule refused the sign-in, so that it is evaluated and recorded once. */
  isRefused: z.boolean().default(false),
  /** Rule that decides the sign-in. `null` until all facts that the rules need are known, or the face was shown. */
  ruled: z.object({ rule: z.string().nullable() }).nullable().default(null),
  endsAt: epochMsGuard,
});
export type Flow = Readonly<z.output<typeof flowGuard>>;

interface FlowDeps extends Ports<'state' | 'clock'> {
  readonly connection: Connection;
}

const flowKey = (connection: Connection, uid: string): string =>
  `oidc-flow:${connection.id}:${digestOf(uid).toString('base64url')}`;

/**
 * Returns the time limit of a sign-in, in seconds.
 * @param extraSec - for pages of extensions
 */
export function flowLifeSec({ lifeSec, consented }: OidcClient, { policy }: Connection, extraSec: number): number {
  const claims = Object.values(consented?.claims ?? {});
  const asksElsewhere = claims.some(({ from }) => from !== undefined);
  const codesSec = policy.anotherWay.recoveryCodes ? writingSec : 0;
  const consentSec = claims.length > 0 ? decidingSec : 0;
  const afterwardsSec = codesSec + Math.max(consentSec, extraSec) + (asksElsewhere ? linkingSec : 0);
  return lifeSec ?? policy.stepUpTimeoutSec + aroundStepUpSec + afterwardsSec;
}

export async function writeFlow({ uid }: { readonly uid: string }, flow: Flow, deps: FlowDeps): Promise<void> {
  const { connection, state } = deps;
  const stored = { ...flow, person: flow.person && toStoredPerson(flow.person) };
  await state.write(flowKey(connection, uid), stored, { when: 'any', expiresAt: flow.endsAt, relaxedDurability: true });
}

export async function readFlow(uid: string, { connection, state }: FlowDeps): Promise<Flow> {
  const found = await state.read(flowKey(connection, uid));
  if (found === null) throw new oidcErrors.SessionNotFound('interaction has ended');
  return flowGuard.parse(found.value);
}

/** Stores one kind of record of a grant. */
const createGrantRecords = <Held extends JsonObject>(kind: string, guard: { parse(value: unknown): Held }) => {
  const keyOf = (connection: Connection, grantId: string): string =>
    `${kind}:${connection.id}:${digestOf(grantId).toString('base64url')}`;
  return {
    async write(grantId: string, record: Held, lifeSec: number, deps: FlowDeps): Promise<void> {
      const { connection, state, clock } = deps;
      await state.write(keyOf(connection, grantId), record, { when: 'any', expiresAt: addSec(clock.now(), lifeSec) });
    },
    /** @returns `null` if the grant has none, or if it has expired */
    async read(grantId: string, { connection, state }: FlowDeps): Promise<Held | null> {
      const found = await state.read(keyOf(connection, grantId));
      return found === null ? null : guard.parse(found.value);
    },
  };
};

export const { write: writeClaims, read: readClaims } = createGrantRecords<JsonObject>('oidc-claims', jsonGuard);

const sharedClaimsGuard = z.object({
  /** Client, and id of the person's consent. Data is sent only to this client and under this consent. */
  client: z.string(),
  consent: z.string(),
  idToken: z.array(z.string()).readonly(),
  userInfo: z.array(z.string()).readonly(),
});

export type SharedClaims = z.output<typeof sharedClaimsGuard>;

/** The names of the claims to send under a grant. Values are read when needed. */
export const { write: writeSharedClaims, read: readSharedClaims } = createGrantRecords('oidc-share', sharedClaimsGuard);

/** One request of a browser in a running sign-in. */
export interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly form: URLSearchParams | null;
  readonly provider: Provider;
  readonly interaction: Interaction;
  /** The request that began the interaction. */
  readonly asked: AuthorizationParameters;
  readonly client: OidcClient;
  /** What is stored about the sign-in so far. */
  readonly flow: Flow;
}
