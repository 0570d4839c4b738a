import { z } from 'zod';
import { toPhoneNumber } from '../connections/profile-values.js';
import { changeStored, readStored } from '../core/change-stored.js';
import { type ConnectedSubject, type SubjectRef, toSubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { deriveMac, keyVersionAfter } from '../core/derived-key.js';
import { toEmailKey } from '../core/email-address.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { findManager } from './manager.js';
import { recoveryAt } from './record.js';

/*
 * Notes since when a person's mailbox, phone and manager have been the same, because providers do not tell, and the last
 * report of a transmitter that the account changed. Only digests under a key of that person are stored.
 */

const contactKinds = ['email', 'other_email', 'phone'] as const;
type ContactKind = (typeof contactKinds)[number];

/** The mailboxes and the phone of a profile. */
export type Contacts = Readonly<Record<ContactKind, string | null>>;

const notedKinds = [...contactKinds, 'manager', 'account'] as const;
type NotedValues = Readonly<Partial<Record<(typeof notedKinds)[number], string | null>>>;

const contactGuard = z.object({
  kind: z.enum(notedKinds),
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
    other_email: other !== null && toEmailKey(other) === toEmailKey(account.email ?? '') ? null : other,
    phone: phoneClaim === null ? account.phone : toPhoneNumber(claimOf(phoneClaim)),
  };
}

/**
 * Notes contacts of a person, the id of their manager, or that of a report about the account. Others that were noted stay.
 * @param rules.compareOnly - true to store nothing
 * @returns since when each of those that are given, and the account, has been the same
 */
export async function noteContacts(
  who: SubjectRef,
  contacts: NotedValues,
  deps: Ports<'state' | 'clock' | 'keys'>,
  rules: { readonly compareOnly?: boolean } = {},
): Promise<Noted['contacts']> {
  const { state, clock } = deps;
  const now = clock.now();
  const stored = toStored(who, now);
  const found = (await readStored(stored, { state }))?.record ?? null;
  const keyVersion = await keyVersionAfter(found?.keyVersion, deps);
  const label = Buffer.from(`noted contacts ${JSON.stringify([who.connection, who.subject])}`);
  const mac = await deriveMac(keyVersion, label, deps);
  const digests = notedKinds.flatMap((kind) => {
    const value = contacts[kind];
    if (value === undefined) return [];
    if (value === null) return [{ kind, digest: '' }];
    return [{ kind, digest: mac(`${kind} ${toEmailKey(value)}`).toString('base64url') }];
  });
  const isGiven = (kind: (typeof notedKinds)[number]): boolean => contacts[kind] !== undefined;
  const note = (found: Noted | null): Noted => {
    const former = found?.keyVersion === keyVersion ? found.contacts : [];
    const noted = digests.flatMap(({ kind, digest }) => {
      const earlier = former.find((each) => each.kind === kind);
      if (earlier?.digest === digest) return [earlier];
      // A removed contact is noted as a change, so that no one removes what would tell the person.
      if (digest === '' && earlier === undefined) return [];
      return [{ kind, digest, since: now, isChange: former.length > 0 || kind === 'account' }];
    });
    const others = former.filter(({ kind }) => !isGiven(kind));
    return { keyVersion, contacts: [...others, ...noted] };
  };
  const isStored = rules.compareOnly !== true;
  const noticed = isStored ? (await changeStored(stored, note, { state })).changed : note(found);
  return noticed.contacts.filter(({ kind }) => isGiven(kind) || kind === 'account');
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
  forget: (who, { state, clock }) => state.delete(toStored(who, clock.now()).key),
} as const satisfies PersonalData;

/** Notes the contacts, and the manager who may approve, of a person who enrolled or passed a check. */
export async function noteContactsOf(person: ConnectedSubject, deps: Ports<'state' | 'clock' | 'keys'>): Promise<void> {
  await noteContacts(toSubjectRef(person), await readContacts(person), deps);
  if (!recoveryAt(person.connection).policy.secondThings.includes('manager')) return;
  const manager = await findManager(person);
  await noteContacts(toSubjectRef(person), { manager: manager?.subject ?? null }, deps);
}
