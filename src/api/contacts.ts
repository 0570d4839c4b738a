import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { CoreSettings } from '../core/deps.js';
import { countAgainst } from '../core/limits/limits.js';
import type { Clock, Delivery, Random, State } from '../core/ports.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';

/** An e-mail address (lower case) and a phone number (E.164) of one person. */
export interface Contact {
  readonly email: string;
  readonly phone: string;
}

interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly state: State;
  readonly delivery: Delivery;
  readonly settings: CoreSettings;
}

const codeLifeSec = 10 * 60;
const triesAllowed = 5;
const verifiedLifeSec = 60 * 60;

const recordGuard = z.object({
  contactDigest: z.string(),
  emailCodeDigest: z.string(),
  phoneCodeDigest: z.string(),
  isUsed: z.boolean(),
});
type CodeRecord = z.infer<typeof recordGuard>;

/**
 * Sends one code by e-mail and another by SMS. The answer is the same for every address.
 * @param source - the address the call came from
 * @returns the id that goes with the codes; only its digest is kept, and it keys the digests of the codes, so that
 *   whoever reads the state cannot search for six digits
 * @throws FaceError `locked_out`, `delivery_failed`, `state_unavailable`
 */
export async function sendCodes(
  { contact, source }: { contact: Contact; source: string },
  deps: Deps,
): Promise<{ id: string; expiresAt: EpochMs }> {
  // Anyone may ask for codes, so anyone could make this server write to strangers. These bounds keep that small: by source
  // (one sender), for the whole service (many senders), and by contact (its owner's peace).
  await countAgainst('codesOfSource', source, deps);
  await countAgainst('codesOfService', '', deps);
  await countAgainst('codesOfContact', digestOf(`email ${contact.email}`), deps);
  await countAgainst('codesOfContact', digestOf(`sms ${contact.phone}`), deps);

  const id = Buffer.from(deps.random(32)).toString('base64url');
  const emailCode = drawCode(deps.random);
  const phoneCode = drawCode(deps.random);
  const expiresAt = addSec(deps.clock.now(), codeLifeSec);
  const record: CodeRecord = {
    contactDigest: contactDigest(contact),
    emailCodeDigest: codeDigest(id, 'email', emailCode),
    phoneCodeDigest: codeDigest(id, 'sms', phoneCode),
    isUsed: false,
  };
  await deps.state.write(codesKey(id), record, { when: 'absent', expiresAt });
  const subject = 'Your code';
  const toText = (code: string): string => `${code} is your code. It is good for ten minutes. Tell it to nobody.`;
  await Promise.all([
    deps.delivery.send({ channel: 'email', to: contact.email, subject, text: toText(emailCode) }),
    deps.delivery.send({ channel: 'sms', to: contact.phone, subject, text: toText(phoneCode) }),
  ]);
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
  const stored = { key: codesKey(id), guard: recordGuard, expiresAt: () => addSec(clock.now(), codeLifeSec) };
  const known = await readStored(stored, { state });
  if (known === null) throw new FaceError('code_wrong');
  // Counted before it is compared, so that many tries at once count too.
  const tries = await state.add(`${codesKey(id)}:tries`, 1, addSec(clock.now(), codeLifeSec));
  const isEmailRight = isSame(codeDigest(id, 'email', emailCode), known.record.emailCodeDigest);
  const isPhoneRight = isSame(codeDigest(id, 'sms', phoneCode), known.record.phoneCodeDigest);
  if (tries > triesAllowed || !isEmailRight || !isPhoneRight) throw new FaceError('code_wrong');
  const use = (found: CodeRecord | null): CodeRecord => {
    if (found === null || found.isUsed) throw new FaceError('code_wrong');
    return { ...found, isUsed: true };
  };
  const { changed } = await changeStored(stored, use, { state }, known);
  await state.write(verifiedKey(changed.contactDigest), false, {
    when: 'any',
    expiresAt: addSec(clock.now(), verifiedLifeSec),
  });
}

/**
 * Uses up the verification of a contact.
 * @throws FaceError `contact_unverified` where there is none, or it has been used; `state_unavailable`
 */
export async function takeVerifiedContact(
  contact: Contact,
  { clock, state }: Pick<Deps, 'clock' | 'state'>,
): Promise<void> {
  const expiresAt = () => addSec(clock.now(), verifiedLifeSec);
  const take = (isTaken: boolean | null): boolean => {
    if (isTaken !== false) throw new FaceError('contact_unverified');
    return true;
  };
  await changeStored({ key: verifiedKey(contactDigest(contact)), guard: z.boolean(), expiresAt }, take, { state });
}

/** Six digits, each value as likely: 32 random bits over, and a remainder that would favour low values drawn again. */
function drawCode(random: Random): string {
  const codes = 1_000_000;
  for (;;) {
    const drawn = Buffer.from(random(4)).readUInt32BE();
    if (drawn < Math.floor(2 ** 32 / codes) * codes) return String(drawn % codes).padStart(6, '0');
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
const contactDigest = ({ email, phone }: Contact): string => digestOf(`${email} ${phone}`);
const codeDigest = (id: string, channel: string, code: string): string =>
  createHmac('sha256', id).update(`${channel} ${code}`).digest('base64url');
const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b));
const codesKey = (id: string): string => `contact-codes:${digestOf(id)}`;
const verifiedKey = (digest: string): string => `contact-verified:${digest}`;
