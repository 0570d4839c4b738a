import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { SubjectRef } from '../../core/connection.js';
import type { PersonalData, Ports } from '../../core/deps.js';
import { instantReply } from '../../core/instant.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, toIso } from '../../core/units.js';
import { typeOfConsent } from './config.js';
import type { CredentialEnd } from './events.js';
import { endEntry, takeEntry } from './status-lists.js';

const credentialGuard = z.object({
  id: z.string(),
  type: z.string(),
  list: z.string(),
  index: z.int(),
  tokenId: z.string(),
  claims: z.array(z.string()).readonly(),
  issuedAt: epochMsGuard,
  expiresAt: epochMsGuard,
});

/** A credential in a person's wallet. Its values and keys are not stored. */
export type IssuedCredential = z.output<typeof credentialGuard>;

const recordGuard = z.object({ credentials: z.array(credentialGuard).readonly() });
type CredentialsRecord = z.output<typeof recordGuard>;

const toStored = ({ connection, subject }: SubjectRef, { clock }: Ports<'clock'>) => ({
  key: `credentials:${connection}:${subject}`,
  guard: recordGuard,
  // An empty record expires after a second.
  expiresAt: ({ credentials }: CredentialsRecord): EpochMs =>
    credentials.map(({ expiresAt }) => expiresAt).reduce((a, b) => epochMs(Math.max(a, b)), addSec(clock.now(), 1)),
});

export async function readCredentials(
  who: SubjectRef,
  deps: Ports<'state' | 'clock'>,
): Promise<readonly IssuedCredential[]> {
  const found = await readStored(toStored(who, deps), deps);
  return (found?.record.credentials ?? []).filter(({ expiresAt }) => expiresAt > deps.clock.now());
}

/**
 * Records a credential before it is issued, with an index in a status list. Ends the previous credential of that type,
 * which may be on a lost phone.
 */
export async function noteCredential(
  who: SubjectRef,
  given: Pick<IssuedCredential, 'type' | 'tokenId' | 'claims' | 'expiresAt'>,
  deps: Ports<'state' | 'clock' | 'random' | 'audit'>,
): Promise<IssuedCredential> {
  const { type, tokenId, claims, expiresAt } = given;
  await endCredentials(who, { type, why: 'replaced' }, deps);
  const entry = await takeEntry({ connection: who.connection, until: expiresAt }, deps);
  const id = Buffer.from(deps.random(16)).toString('base64url');
  const credential = { id, ...given, ...entry, issuedAt: deps.clock.now() };
  const detail = { credential: type, credentialId: id, claims, tokenId, expiresAt: toIso(expiresAt) };
  await deps.audit.append({ action: 'credential_issued', ...who, detail });
  await changeStored(
    toStored(who, deps),
    (found) => ({ credentials: [...(found?.credentials ?? []), credential] }),
    deps,
  );
  return credential;
}

/**
 * Revokes a person's credentials through the status lists. Idempotent.
 * @param asked.type - `null` for all types
 */
export async function endCredentials(
  who: SubjectRef,
  asked: { readonly type: string | null; readonly why: CredentialEnd; readonly by?: string | undefined },
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<void> {
  const { type, why, by } = asked;
  const held = await readCredentials(who, deps);
  const ending = held.filter((each) => type === null || each.type === type);
  if (ending.length === 0) return;
  // The status list is updated first, because a credential that is no longer in the record could not be revoked.
  for (const each of ending) await endEntry(who.connection, each, deps);
  const ended = new Set(ending.map(({ id }) => id));
  await changeStored(
    toStored(who, deps),
    (found) => (found === null ? found : { credentials: found.credentials.filter(({ id }) => !ended.has(id)) }),
    deps,
  );
  for (const { id, type: credential } of ending) {
    const detail = { credential, credentialId: id, why, by };
    await deps.audit.append({ action: 'credential_ended', ...who, detail });
  }
}

export const credentialData = {
  part: 'credentials',
  keys: ['credentials:*:*'],
  read: async (who, deps) => ({
    credentials: (await readCredentials(who, deps)).map(({ type, id, claims, issuedAt, expiresAt }) => ({
      credential: type,
      id,
      claims: [...claims],
      issuedAt: toIso(issuedAt),
      expiresAt: toIso(expiresAt),
    })),
  }),
  // Credentials were issued to the enrolled face, so they end with the enrolment.
  endedBy: 'enrolment',
  forget: (who, deps, { by }) => endCredentials(who, { type: null, why: 'enrolment_ended', by }, deps),
  async forgetConsented(who, { client, by }, deps) {
    const type = client === null ? null : typeOfConsent(client);
    if (client === null || type !== null) await endCredentials(who, { type, why: 'consent_withdrawn', by }, deps);
  },
} as const satisfies PersonalData;

/** Fields of the export that a person gets. */
export const credentialHoldings = {
  credentials: z
    .array(
      z.object({
        credential: z.string(),
        id: z.string().describe('Id of the credential, as in the audit trail.'),
        claims: z.array(z.string()),
        issuedAt: instantReply,
        expiresAt: instantReply,
      }),
    )
    .describe('Claims in the credentials in the person’s wallet: names only, never values.'),
};
