import { z } from 'zod';
import { changeStored, readStored } from '../change-stored.js';
import type { SubjectRef } from '../connection.js';
import { endCredentials, typeOfConsent } from '../credentials/credentials.js';
import type { CoreDeps } from '../deps.js';
import type { PersonalData } from '../personal-data/registration.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, toIso } from '../units.js';
import type { AskedClaim } from './claims.js';

const consentGuard = z.object({
  /** Names it in grants: one that was given anew is another. */
  id: z.string(),
  client: z.string(),
  /** What the client may be told, by name. */
  claims: z.array(z.string()).readonly(),
  /** What it asked for, agreed to or not. */
  asked: z.array(z.object({ name: z.string(), isEssential: z.boolean() })).readonly(),
  /** Digest of the client's registration, purposes included, as the person was shown it. */
  registration: z.string(),
  /** The link by which each other connection was asked, by the connection's id: through another link it tells nothing. */
  links: z.record(z.string(), z.string()).default({}),
  givenAt: epochMsGuard,
  expiresAt: epochMsGuard,
});

/** What a person lets one client be told, and until when. Names of claims, never their values. */
export type DataConsent = z.output<typeof consentGuard>;

/** One record for a person: what they gave can be listed, and ended, in one place. */
const recordGuard = z.object({ consents: z.array(consentGuard).readonly() });
type ConsentsRecord = z.output<typeof recordGuard>;

type Deps = Pick<CoreDeps, 'state' | 'clock'>;

const keyOf = ({ connection, subject }: SubjectRef): string => `data-consents:${connection}:${subject}`;

const toStored = (who: SubjectRef, { clock }: Deps) => ({
  key: keyOf(who),
  guard: recordGuard,
  // One that holds nothing any more ends a moment later by itself.
  expiresAt: ({ consents }: ConsentsRecord): EpochMs =>
    consents.map(({ expiresAt }) => expiresAt).reduce((a, b) => epochMs(Math.max(a, b)), addSec(clock.now(), 1)),
});

/** What a person lets clients be told: what has ended is left out. @throws FaceError `state_unavailable` */
export async function readDataConsents(who: SubjectRef, { state, clock }: Deps): Promise<readonly DataConsent[]> {
  const found = await readStored({ key: keyOf(who), guard: recordGuard }, { state });
  return (found?.record.consents ?? []).filter(({ expiresAt }) => expiresAt > clock.now());
}

/**
 * The consent that a client has of a person, where it was given to its registration of today.
 * @param asker.registration - digest of that
 * @throws FaceError `state_unavailable`
 */
export async function findDataConsent(
  who: SubjectRef,
  { client, registration }: Pick<DataConsent, 'client' | 'registration'>,
  deps: Deps,
): Promise<DataConsent | null> {
  const consents = await readDataConsents(who, deps);
  return consents.find((each) => each.client === client && each.registration === registration) ?? null;
}

/** Whether a consent answers for all that is asked: each claim was asked for before, and was as essential then. */
export const answersFor = (consent: DataConsent, asked: readonly AskedClaim[]): boolean =>
  asked.every(({ name, isEssential }) =>
    consent.asked.some((each) => each.name === name && each.isEssential === isEssential),
  );

/**
 * Notes a consent, in place of the one that client had.
 * @param given.id - the same for an answer that is sent twice
 * @throws FaceError `state_unavailable`
 */
export async function giveDataConsent(
  who: SubjectRef,
  {
    lifeSec,
    ...given
  }: Pick<DataConsent, 'id' | 'client' | 'claims' | 'asked' | 'registration' | 'links'> & {
    /** How long it holds, in seconds. */
    readonly lifeSec: number;
  },
  deps: Deps & Pick<CoreDeps, 'audit'>,
): Promise<DataConsent> {
  const givenAt = deps.clock.now();
  const consent = { ...given, givenAt, expiresAt: addSec(givenAt, lifeSec) };
  const { client, claims, registration, expiresAt } = consent;
  const detail = { client, claims, registration, expiresAt: toIso(expiresAt) };
  // First: nobody is told anything that is not on record.
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
 * Ends what a person gave: from then on no token made under it tells anything, and no credential made under it is good.
 * @param asked.client - `null`: of all clients
 * @param asked.by - the administrator who ends it; absent: the person
 * @returns the clients whose consent it was
 * @throws FaceError `state_unavailable`
 */
export async function withdrawDataConsents(
  who: SubjectRef,
  { client, by }: { readonly client: string | null; readonly by?: string },
  deps: Deps & Pick<CoreDeps, 'audit' | 'random'>,
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
  // Whatever was found: where this failed the last time, the consents are gone already.
  const type = client === null ? null : typeOfConsent(client);
  if (client === null || type !== null) await endCredentials(who, { type, why: 'consent_withdrawn', by }, deps);
  const ended = (former?.consents ?? []).filter(isMeant);
  for (const { client: of, claims } of ended) {
    const detail = { client: of, claims, ...(by === undefined ? {} : { by }) };
    await deps.audit.append({ action: 'data_consent_withdrawn', ...who, detail });
  }
  return ended.map(({ client: of }) => of);
}

/** Registration of this data. */
export const dataConsentData = {
  part: 'data_consents',
  keys: ['data-consents:*:*'],
  read: async (who, deps) => ({
    dataConsents: (await readDataConsents(who, deps)).map(({ client, claims, givenAt, expiresAt }) => ({
      ...{ client, claims: [...claims] },
      ...{ givenAt: toIso(givenAt), expiresAt: toIso(expiresAt) },
    })),
  }),
  endedBy: 'erasure',
  forget: (who, { state }) => state.delete(keyOf(who)),
} as const satisfies PersonalData;
