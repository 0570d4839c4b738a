import { z } from 'zod';
import { changeStored, readStored } from '../change-stored.js';
import type { SubjectRef } from '../connection.js';
import type { PersonalData, Ports } from '../deps.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, toIso } from '../units.js';
import type { RequestedClaim } from './claims.js';

const consentGuard = z.object({
  id: z.string(),
  client: z.string(),
  claims: z.array(z.string()).readonly(),
  asked: z.array(z.object({ name: z.string(), isEssential: z.boolean() })).readonly(),
  /** Digest of the client's registration, including purposes, as the person saw it. */
  registration: z.string(),
  /**
   * Ids of the person's account links, by id of the linked connection. Accounts that are linked later are not covered.
   */
  links: z.record(z.string(), z.string()),
  givenAt: epochMsGuard,
  expiresAt: epochMsGuard,
});

/** A person's consent to send claims to a client. Has names of claims, never values. */
export type DataConsent = z.output<typeof consentGuard>;

/** All consents of a person are in one record, so that they can be listed and ended together. */
const recordGuard = z.object({ consents: z.array(consentGuard).readonly() });
type ConsentsRecord = z.output<typeof recordGuard>;

const keyOf = ({ connection, subject }: SubjectRef): string => `data-consents:${connection}:${subject}`;

const toStored = (who: SubjectRef, { clock }: Ports<'clock'>) => ({
  key: keyOf(who),
  guard: recordGuard,
  // An empty record expires after a second.
  expiresAt: ({ consents }: ConsentsRecord): EpochMs =>
    consents.map(({ expiresAt }) => expiresAt).reduce((a, b) => epochMs(Math.max(a, b)), addSec(clock.now(), 1)),
});

export async function readDataConsents(
  who: SubjectRef,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<readonly DataConsent[]> {
  const found = await readStored({ key: keyOf(who), guard: recordGuard }, { state });
  return (found?.record.consents ?? []).filter(({ expiresAt }) => expiresAt > clock.now());
}

/** Returns the consent for a client, unless the client's registration has changed since. */
export async function findDataConsent(
  who: SubjectRef,
  { client, registration }: Pick<DataConsent, 'client' | 'registration'>,
  deps: Ports<'state' | 'clock'>,
): Promise<DataConsent | null> {
  const consents = await readDataConsents(who, deps);
  return consents.find((each) => each.client === client && each.registration === registration) ?? null;
}

/** Returns true if the person was asked for each claim before, with the same essential flag. */
export const coversRequest = (consent: DataConsent, asked: readonly RequestedClaim[]): boolean =>
  asked.every(({ name, isEssential }) =>
    consent.asked.some((each) => each.name === name && each.isEssential === isEssential),
  );

/**
 * Stores a consent, which replaces the previous consent for the client.
 * @param given.id - identical if the same answer is submitted twice
 */
export async function giveDataConsent(
  who: SubjectRef,
  {
    lifeSec,
    ...given
  }: Pick<DataConsent, 'id' | 'client' | 'claims' | 'asked' | 'registration' | 'links'> & {
    readonly lifeSec: number;
  },
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<DataConsent> {
  const givenAt = deps.clock.now();
  const consent = { ...given, givenAt, expiresAt: addSec(givenAt, lifeSec) };
  const { client, claims, registration, expiresAt } = consent;
  const detail = { client, claims, registration, expiresAt: toIso(expiresAt) };
  await deps.audit.append({ action: 'data_consent_given', ...who, detail });
  await changeStored(
    toStored(who, deps),
    (found) => {
      const others = (found?.consents ?? []).filter((each) => each.client !== client && each.expiresAt > givenAt);
      return { consents: [...others, consent] };
    },
    deps,
  );
  return consent;
}

/**
 * Withdraws consents. Tokens and credentials issued under them stop working.
 * @param asked.client - `null` for all clients
 */
export async function withdrawDataConsents(
  who: SubjectRef,
  { client, by }: { readonly client: string | null; readonly by?: string },
  deps: Ports<'state' | 'clock' | 'audit' | 'settings'>,
): Promise<readonly string[]> {
  const isMeant = (each: DataConsent): boolean => client === null || each.client === client;
  const { former } = await changeStored(
    toStored(who, deps),
    (found) =>
      found === null || !found.consents.some(isMeant)
        ? found
        : { consents: found.consents.filter((each) => !isMeant(each)) },
    deps,
  );
  // This happens even if the consent is already deleted, because an earlier attempt may have failed at this point.
  for (const { forgetConsented } of deps.settings.personalData) await forgetConsented?.(who, { client, by }, deps);
  const ended = (former?.consents ?? []).filter(isMeant);
  for (const { client: of, claims } of ended) {
    const detail = { client: of, claims, by };
    await deps.audit.append({ action: 'data_consent_withdrawn', ...who, detail });
  }
  return ended.map(({ client: of }) => of);
}

export const dataConsentData = {
  part: 'data_consents',
  keys: ['data-consents:*:*'],
  read: async (who, deps) => ({
    dataConsents: (await readDataConsents(who, deps)).map(({ client, claims, givenAt, expiresAt }) => ({
      client,
      claims: [...claims],
      givenAt: toIso(givenAt),
      expiresAt: toIso(expiresAt),
    })),
  }),
  endedBy: 'erasure',
  forget: (who, { state }) => state.delete(keyOf(who)),
} as const satisfies PersonalData;
