import { z } from 'zod';
import type { CredentialEnd } from '../audit-events.js';
import { changeStored, readStored } from '../change-stored.js';
import type { SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import type { PersonalData } from '../personal-data/registration.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, toIso } from '../units.js';
import { endEntry, takeEntry } from './status-lists.js';

const credentialGuard = z.object({
  id: z.string(),
  /** Which of the connection's credentials it is. */
  type: z.string(),
  list: z.string(),
  index: z.int(),
  /** Public id of the enrolment's token that it was issued under. */
  tokenId: z.string(),
  /** What it says of the person, by name. */
  claims: z.array(z.string()).readonly(),
  issuedAt: epochMsGuard,
  expiresAt: epochMsGuard,
});

/** A credential that a person carries in a wallet. No value of it is kept, and no key. */
export type IssuedCredential = z.output<typeof credentialGuard>;

const recordGuard = z.object({ credentials: z.array(credentialGuard).readonly() });
type CredentialsRecord = z.output<typeof recordGuard>;

type Deps = Pick<CoreDeps, 'state' | 'clock' | 'random' | 'audit'>;

const toStored = ({ connection, subject }: SubjectRef, { clock }: Pick<Deps, 'clock'>) => ({
  key: `credentials:${connection}:${subject}`,
  guard: recordGuard,
  // One that holds nothing any more ends a moment later by itself.
  expiresAt: ({ credentials }: CredentialsRecord): EpochMs =>
    credentials.map(({ expiresAt }) => expiresAt).reduce((a, b) => epochMs(Math.max(a, b)), addSec(clock.now(), 1)),
});

const clientPrefix = 'credential:';

/** How the consent to what a credential says is named, among the clients of the connection. */
export const consentNameOf = (type: string): string => `${clientPrefix}${type}`;

/** Which credential a consent of that name is to; `null`: to none, it is a client's. */
export const typeOfConsent = (client: string): string | null =>
  client.startsWith(clientPrefix) ? client.slice(clientPrefix.length) : null;

/** What a person carries: what has expired is left out. @throws FaceError `state_unavailable` */
export async function readCredentials(
  who: SubjectRef,
  deps: Pick<Deps, 'state' | 'clock'>,
): Promise<readonly IssuedCredential[]> {
  const found = await readStored(toStored(who, deps), deps);
  return (found?.record.credentials ?? []).filter(({ expiresAt }) => expiresAt > deps.clock.now());
}

/**
 * Notes a credential that is about to be issued, with a place in a status list. It ends the person's former one of its type:
 * who has lost a phone gets another, and what was on the lost one is good no more.
 * @throws FaceError `state_unavailable`
 */
export async function noteCredential(
  who: SubjectRef,
  given: Pick<IssuedCredential, 'type' | 'tokenId' | 'claims' | 'expiresAt'>,
  deps: Deps,
): Promise<IssuedCredential> {
  const { type, tokenId, claims, expiresAt } = given;
  await endCredentials(who, { type, why: 'replaced' }, deps);
  const entry = await takeEntry({ connection: who.connection, until: expiresAt }, deps);
  const id = Buffer.from(deps.random(16)).toString('base64url');
  const credential = { id, ...given, ...entry, issuedAt: deps.clock.now() };
  const detail = { credential: type, credentialId: id, claims, tokenId, expiresAt: toIso(expiresAt) };
  // First: nobody carries anything that is not on record.
  await deps.audit.append({ action: 'credential_issued', ...who, detail });
  await changeStored(
    toStored(who, deps),
    (found) => ({ credentials: [...(found?.credentials ?? []), credential] }),
    deps,
  );
  return credential;
}

/**
 * Ends what a person carries: from then on the status lists say so. Ending what has ended succeeds.
 * @param asked.type - `null`: all
 * @param asked.by - the administrator who ends it, if one does
 * @throws FaceError `state_unavailable`
 */
export async function endCredentials(
  who: SubjectRef,
  asked: { readonly type: string | null; readonly why: CredentialEnd; readonly by?: string | undefined },
  deps: Deps,
): Promise<void> {
  const { type, why, by } = asked;
  const held = await readCredentials(who, deps);
  const ending = held.filter((each) => type === null || each.type === type);
  if (ending.length === 0) return;
  // In the list first: what is no longer on record here could not be ended any more.
  for (const each of ending) await endEntry(who.connection, each, deps);
  const ended = new Set(ending.map(({ id }) => id));
  await changeStored(
    toStored(who, deps),
    (found) => (found === null ? found : { credentials: found.credentials.filter(({ id }) => !ended.has(id)) }),
    deps,
  );
  for (const { id, type: credential } of ending) {
    const detail = { credential, credentialId: id, why, ...(by === undefined ? {} : { by }) };
    await deps.audit.append({ action: 'credential_ended', ...who, detail });
  }
}

/** Registration of this data. */
export const credentialData = {
  part: 'credentials',
  keys: ['credentials:*:*'],
  read: async (who, deps) => ({
    credentials: (await readCredentials(who, deps)).map(({ type, id, claims, issuedAt, expiresAt }) => ({
      ...{ credential: type, id, claims: [...claims] },
      ...{ issuedAt: toIso(issuedAt), expiresAt: toIso(expiresAt) },
    })),
  }),
  // They were issued to the face that was enrolled.
  endedBy: 'enrolment',
  forget: (who, deps, { by }) => endCredentials(who, { type: null, why: 'enrolment_ended', by }, deps),
} as const satisfies PersonalData;
