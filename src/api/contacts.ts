import { createHash } from 'node:crypto';
import { z } from 'zod';
import { letterBrandOf } from '../core/brand/brand.js';
import type { Brands } from '../core/brand/brands.js';
import { changeStored, readStored } from '../core/change-stored.js';
import { toCodeMessage } from '../core/codes/letters.js';
import { issueCodes, takeCodes } from '../core/codes/one-time-codes.js';
import type { LetterLanguage } from '../core/letters/language.js';
import { type CountDeps, countAgainstAll, uncountIfFailed } from '../core/limits/limits.js';
import type { Delivery, Random } from '../core/ports.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';

/** An e-mail address (lower case) and a phone number (E.164) of one person. */
export interface Contact {
  readonly email: string;
  readonly phone: string;
}

interface Deps extends CountDeps {
  readonly random: Random;
  readonly delivery: Delivery;
  readonly brands: Pick<Brands, 'inForce'>;
}

const verifiedLifeSec = 60 * 60;

/**
 * Sends one code by e-mail and another by SMS. The answer is the same for every address.
 * @param source - the address the call came from
 * @returns the id that goes with the codes
 * @throws FaceError `locked_out`, `delivery_failed`, `state_unavailable`
 */
export async function sendCodes(
  { contact, source, language }: { contact: Contact; source: string; language: LetterLanguage },
  deps: Deps,
): Promise<{ id: string; expiresAt: EpochMs }> {
  // Anyone may ask for codes, so anyone could make this server write to strangers. These bounds keep that small: by source
  // (one sender), for the whole service (many senders), and by contact (its owner's peace). Together: who asks for somebody
  // else's address beside a number that is used up has nothing sent, and uses up nothing of theirs.
  const ownerOf = (channel: 'email' | 'sms', to: string): string => digestOf(`${channel} ${to}`);
  await countAgainstAll(
    [
      ['codesOfSource', source],
      ['codesOfService', ''],
      ['codesOfContact', ownerOf('email', contact.email)],
      ['codesOfContact', ownerOf('sms', contact.phone)],
    ],
    deps,
  );

  const about = contactDigest(contact);
  const { id, codes, expiresAt } = await issueCodes({ about, names: ['email', 'sms'] }, deps);
  const brand = letterBrandOf((await deps.brands.inForce())?.brand ?? null, null);
  const send = (channel: 'email' | 'sms', to: string): Promise<void> => {
    const message = toCodeMessage({ channel, to, language, brand }, codes.get(channel) ?? '');
    return uncountIfFailed('codesOfContact', ownerOf(channel, to), () => deps.delivery.send(message), deps);
  };
  await Promise.all([send('email', contact.email), send('sms', contact.phone)]);
  return { id, expiresAt };
}

/**
 * Takes both codes back, once, and notes the contact as verified for an hour. Both must be right, within ten minutes
 * and five tries.
 * @throws FaceError `code_wrong`, `state_unavailable`
 */
export async function verifyCodes(
  { id, emailCode, phoneCode }: { id: string; emailCode: string; phoneCode: string },
  { clock, state }: Pick<Deps, 'clock' | 'state'>,
): Promise<void> {
  const about = await takeCodes({ id, codes: { email: emailCode, sms: phoneCode } }, { clock, state });
  await state.write(verifiedKey(about), false, {
    when: 'any',
    expiresAt: addSec(clock.now(), verifiedLifeSec),
  });
}

/**
 * Whether a contact is verified, and that not used yet.
 * @throws FaceError `contact_unverified`, `state_unavailable`
 */
export async function checkVerifiedContact(contact: Contact, deps: Pick<Deps, 'clock' | 'state'>): Promise<void> {
  requireUnused((await readStored(verifiedOf(contact, deps), deps))?.record ?? null);
}

/**
 * Uses up the verification of a contact.
 * @throws FaceError `contact_unverified` where there is none, or it has been used; `state_unavailable`
 */
export async function takeVerifiedContact(contact: Contact, deps: Pick<Deps, 'clock' | 'state'>): Promise<void> {
  const take = (isTaken: boolean | null): boolean => {
    requireUnused(isTaken);
    return true;
  };
  await changeStored(verifiedOf(contact, deps), take, deps);
}

function requireUnused(isTaken: boolean | null): void {
  if (isTaken !== false) throw new FaceError('contact_unverified');
}

const verifiedOf = (contact: Contact, { clock }: Pick<Deps, 'clock'>) => ({
  key: verifiedKey(contactDigest(contact)),
  guard: z.boolean(),
  expiresAt: () => addSec(clock.now(), verifiedLifeSec),
});

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
const contactDigest = ({ email, phone }: Contact): string => digestOf(`${email} ${phone}`);
const verifiedKey = (digest: string): string => `contact-verified:${digest}`;
