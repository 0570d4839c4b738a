import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { texts } from '../../locales/compiled/server/code-messages/all.js';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import type { SupportedLanguage } from '../core/language.js';
import type { EmailBrand } from '../core/ports/delivery.js';
import type { Message, Random } from '../core/ports.js';
import { digestOf, isSameDigest } from '../core/secrets.js';
import { addSec } from '../core/units.js';
import { toPlainCode } from '../core/written-codes.js';
import { FaceError } from '../errors.js';
import { composeEmail } from './email/email.js';

interface Recipient extends Pick<Message, 'channel' | 'to'> {
  readonly language: SupportedLanguage;
  readonly brand: EmailBrand;
}

/**
 * Messages to a waiting person contain neither the person's name nor the reason for the check. Anyone can ask for a code
 * of an account recovery, so its message says what it is for.
 */
export function toCodeMessage(
  { channel, to, language, brand }: Recipient,
  code: string,
  purpose: 'code' | 'recoveryCode' = 'code',
): Message {
  const { subject, lead, short, rule } = texts[language][purpose];
  if (channel === 'sms') return { channel, to, subject, text: `${short({ code })} ${rule}` };
  return { channel, to, ...composeEmail({ language, subject, paragraphs: [lead], code, footer: [rule] }, brand) };
}

export const toCheckMessage = (recipient: Recipient, address: string): Message =>
  toLinkMessage(texts[recipient.language].check, recipient, address);

/** Composes a message with a link. */
export function toLinkMessage(
  { subject, text, button: label }: Readonly<Record<'subject' | 'text' | 'button', string>>,
  { channel, to, language, brand }: Recipient,
  address: string,
): Message {
  if (channel === 'sms') return { channel, to, subject, text: `${text} ${address}` };
  const parts = { language, subject, paragraphs: [text], button: { label, address }, footer: [] };
  return { channel, to, ...composeEmail(parts, brand) };
}

/* One-time codes of six digits. A code is valid for ten minutes, five attempts and one use. */

const lifeSec = 10 * 60;
const triesAllowed = 5;

const recordGuard = z.object({
  about: z.string(),
  digests: z.record(z.string(), z.string()),
  isUsed: z.boolean(),
});
type Codes = z.infer<typeof recordGuard>;

/**
 * Issues one-time codes.
 * @returns the codes and `id`, the secret that the caller must submit with them. The store has only the digest of this
 * secret. The secret also keys the digests of the codes, so that someone who reads the store cannot brute-force the
 * codes.
 */
export async function issueCodes<const Name extends string>(
  { about, names }: { readonly about: string; readonly names: readonly Name[] },
  { clock, random, state }: Ports<'state' | 'clock' | 'random'>,
) {
  const id = Buffer.from(random(32)).toString('base64url');
  const drawn = names.map((name) => [name, drawCode(random)] as const);
  const digests = Object.fromEntries(drawn.map(([name, code]) => [name, codeDigest(id, name, code)]));
  const expiresAt = addSec(clock.now(), lifeSec);
  await state.write(keyOf(id), { about, digests, isUsed: false }, { when: 'absent', expiresAt });
  return { id, codes: new Map(drawn), expiresAt };
}

/**
 * Verifies and consumes codes. All of them must be correct.
 * @param given.isExpected - returns false to refuse the codes, before they are consumed
 * @throws `code_wrong`
 */
export async function takeCodes(
  given: {
    readonly id: string;
    readonly codes: Readonly<Record<string, string>>;
    readonly isExpected?: (about: string) => boolean;
  },
  { clock, state }: Ports<'state' | 'clock'>,
): Promise<string> {
  const { id, codes, isExpected = () => true } = given;
  const stored = { key: keyOf(id), guard: recordGuard, expiresAt: () => addSec(clock.now(), lifeSec) };
  const known = await readStored(stored, { state });
  if (known === null) throw new FaceError('code_wrong');
  // The attempt is counted before the comparison, so that parallel attempts count too.
  const tries = await state.add(`${keyOf(id)}:tries`, 1, addSec(clock.now(), lifeSec));
  const { about, digests } = known.record;
  const right = Object.entries(digests).map(([name, digest]) =>
    isSameDigest(codeDigest(id, name, toPlainCode(codes[name] ?? '')), digest),
  );
  if (tries > triesAllowed || right.includes(false) || !isExpected(about)) throw new FaceError('code_wrong');
  const use = (found: Codes | null): Codes => {
    if (found === null || found.isUsed) throw new FaceError('code_wrong');
    return { ...found, isUsed: true };
  };
  await changeStored(stored, use, { state }, known);
  return about;
}

export function drawCode(random: Random): string {
  const codes = 1_000_000;
  for (;;) {
    const drawn = Buffer.from(random(4)).readUInt32BE();
    if (drawn < Math.floor(2 ** 32 / codes) * codes) return String(drawn % codes).padStart(6, '0');
  }
}

const codeDigest = (id: string, name: string, code: string): string =>
  createHmac('sha256', id).update(`${name} ${code}`).digest('base64url');
const keyOf = (id: string): string => `one-time-codes:${digestOf(id).toString('base64url')}`;
