import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import { type ConnectedSubject, type SubjectRef, toSubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { recoveryAt } from './record.js';

/*
 * Notes since when a person's mailbox and phone have been the same, because providers do not tell. Only digests under a
 * key of that person are stored.
 */

const contactKinds = ['email', 'other_email', 'phone'] as const;
type ContactKind = (typeof contactKinds)[number];

/** The mailboxes and the phone of a profile. */
export type Contacts = Readonly<Record<ContactKind, string | null>>;

const contactGuard = z.object({
  kind: z.enum(contactKinds),
  /** Empty for a contact that was removed. */
  digest: z.string(),
  since: epochMsGuard,
  /** True if it replaced another one, rather than being the first that was noted. */
  isChange: z.boolean(),
});

const recordGuard = z.object({ keyVersion: z.int(), contacts: z.array(contactGuard) });
type Noted = z.infer<typeof recordGuard>;

const keptDays = 400;

const toStored = ({ connection, subject }: SubjectRef, now: EpochMs) => ({
  key: `contacts-noted:${connection}:${subject}`,
  guard: recordGuard,
  expiresAt: () => addSec(now, keptDays * secondsPerDay),
});

/** Reads the contacts from the provider. @throws `subject_unknown`, `profile_unavailable` */
export async function readContacts({ connection, subject }: ConnectedSubject): Promise<Contacts> {
  const { emailClaim, phoneClaim } = recoveryAt(connection).policy;
  const account = await connection.profile.readAccount(subject);
  const names = [emailClaim, phoneClaim].filter((name) => name !== null);
  const claims = names.length === 0 ? null : await connection.profile.readClaims(subject, names);
  const claimOf = (name: string): string | null => {
    const value = claims?.use((found) => found[name]);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const other = emailClaim === null ? null : claimOf(emailClaim);
  return {
    email: account.email,
    // The main mailbox under another name is not a second thing.
    other_email: other?.toLowerCase() === account.email?.toLowerCase() ? null : other,
    phone: phoneClaim === null ? account.phone : claimOf(phoneClaim),
  };
}

/**
 * Notes the contacts of a person.
 * @param rules.compareOnly - true to store nothing
 * @returns since when each has been the same
 */
export async function noteContacts(
  who: SubjectRef,
  contacts: Contacts,
  deps: Ports<'state' | 'clock' | 'keys'>,
  rules: { readonly compareOnly?: boolean } = {},
): Promise<Noted['contacts']> {
  const { state, clock, keys } = deps;
  const now = clock.now();
  const stored = toStored(who, now);
  const found = (await readStored(stored, { state }))?.record ?? null;
  const formerVersion = found?.keyVersion;
  const keyVersion =
    formerVersion !== undefined && (await keys.holds(formerVersion)) ? formerVersion : await keys.currentVersion();
  const material = await keys.mac(
    keyVersion,
    Buffer.from(`noted contacts ${JSON.stringify([who.connection, who.subject])}`),
  );
  const key = material.use((bytes) => Buffer.from(bytes));
  material.wipe();
  const digestOf = (kind: ContactKind): string => {
    const value = contacts[kind]?.toLowerCase();
    return value === undefined ? '' : createHmac('sha256', key).update(`${kind} ${value}`).digest('base64url');
  };
  const digests = contactKinds.map((kind) => ({ kind, digest: digestOf(kind) }));
  key.fill(0);
  const note = (found: Noted | null): Noted => {
    const former = found?.keyVersion === keyVersion ? found.contacts : [];
    const noted = digests.flatMap(({ kind, digest }) => {
      const earlier = former.find((each) => each.kind === kind);
      if (earlier?.digest === digest) return [earlier];
      // A removed contact is noted as a change, so that no one removes what would tell the person.
      if (digest === '' && earlier === undefined) return [];
      return [{ kind, digest, since: now, isChange: former.length > 0 }];
    });
    return { keyVersion, contacts: noted };
  };
  if (rules.compareOnly === true) return note(found).contacts;
  return (await changeStored(stored, note, { state })).changed.contacts;
}

async function forgetContacts(who: SubjectRef, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  await state.delete(toStored(who, clock.now()).key);
}

export const notedContactData = {
  part: 'noted_contacts',
  keys: ['contacts-noted:*:*'],
  read: async (who, { state, clock }) => {
    const found = await readStored(toStored(who, clock.now()), { state });
    const contacts = found?.record.contacts ?? [];
    return { notedContacts: contacts.map(({ kind, since }) => ({ kind, since: toIso(since) })) };
  },
  endedBy: 'erasure',
  forget: forgetContacts,
} as const satisfies PersonalData;

/** Notes the contacts of a person who enrolled or passed a check. */
export async function noteContactsOf(person: ConnectedSubject, deps: Ports<'state' | 'clock' | 'keys'>): Promise<void> {
  await noteContacts(toSubjectRef(person), await readContacts(person), deps);
}
