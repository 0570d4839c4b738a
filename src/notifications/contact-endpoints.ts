import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Client } from '../access/client-tokens.js';
import { toEmailBrand } from '../brand/brand.js';
import type { Brands } from '../brand/brands.js';
import type { ContactCodesConfig } from '../config/schema.js';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { instantReply } from '../core/instant.js';
import { type SupportedLanguage, supportedLanguages } from '../core/language.js';
import { consumeLimits, type LimitDeps, refundOnFailure } from '../core/limits/limits.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import { clientEndpoint, type Endpoint, emailField, openEndpoint, phoneField } from '../http/rest/endpoint.js';
import { issueCodes, takeCodes, toCodeMessage } from './one-time-codes.js';

/** One person's e-mail address (lower case) and phone number (E.164). */
interface Contact {
  readonly email: string;
  readonly phone: string;
}

interface Deps extends LimitDeps, Ports<'random' | 'delivery'> {
  readonly contactCodes: ContactCodesConfig;
  readonly brands: Pick<Brands, 'inForce'>;
}

const verifiedLifeSec = 60 * 60;

/**
 * Checks a request for codes, before it is counted against a limit.
 * @throws `not_found` if codes are disabled; `caller_untrusted` for a sandbox token; `request_malformed` for a country
 * that is not allowed
 */
function checkAllowed(phone: string, client: Client, { countries }: ContactCodesConfig): void {
  if (countries.length === 0) throw new FaceError('not_found');
  if (client.sandbox !== null) throw new FaceError('caller_untrusted');
  if (!countries.some((each) => phone.startsWith(`+${each}`)))
    throw new FaceError('request_malformed', { field: 'phone' });
}

/**
 * Sends one code by e-mail and one by SMS. The answer is the same for every address.
 * @throws `not_found`, `caller_untrusted`, `request_malformed`, `locked_out`, `delivery_failed`
 */
async function sendCodes(
  { contact, client, language }: { contact: Contact; client: Client; language: SupportedLanguage },
  deps: Deps,
): Promise<{ id: string; expiresAt: EpochMs }> {
  checkAllowed(contact.phone, client, deps.contactCodes);
  // Codes are counted per application, because the application chooses the addresses. Both limits are checked before
  // counting, so that an exhausted phone number does not use up the limit of another person's e-mail address.
  const ownerOf = (channel: 'email' | 'sms', to: string): string => digestOf(`${channel} ${to}`);
  await consumeLimits(
    [
      ['codesOfClient', client.application?.id ?? client.id],
      ['codesOfContact', ownerOf('email', contact.email)],
      ['codesOfContact', ownerOf('sms', contact.phone)],
    ],
    deps,
  );

  const about = contactDigest(contact);
  const { id, codes, expiresAt } = await issueCodes({ about, names: ['email', 'sms'] }, deps);
  const brand = toEmailBrand((await deps.brands.inForce())?.brand ?? null, null);
  const send = (channel: 'email' | 'sms', to: string): Promise<void> => {
    const message = toCodeMessage({ channel, to, language, brand }, codes.get(channel) ?? '');
    return refundOnFailure('codesOfContact', ownerOf(channel, to), () => deps.delivery.send(message), deps);
  };
  await Promise.all([send('email', contact.email), send('sms', contact.phone)]);
  return { id, expiresAt };
}

/**
 * Consumes both codes and marks the contact as verified for an hour. Both must be correct, within ten minutes and five
 * attempts.
 * @throws `code_wrong`
 */
async function verifyCodes(
  { id, emailCode, phoneCode }: { id: string; emailCode: string; phoneCode: string },
  { clock, state }: Pick<Deps, 'clock' | 'state'>,
): Promise<void> {
  const about = await takeCodes({ id, codes: { email: emailCode, sms: phoneCode } }, { clock, state });
  await state.write(verifiedKey(about), false, { when: 'any', expiresAt: addSec(clock.now(), verifiedLifeSec) });
}

/** @throws `contact_unverified` if the contact has no verification, or a client token has used it */
export async function checkVerifiedContact(contact: Contact, deps: Pick<Deps, 'clock' | 'state'>): Promise<void> {
  requireUnusedVerification((await readStored(verifiedOf(contact, deps), deps))?.record ?? null);
}

/** Consumes the verification of the contact. @throws `contact_unverified` like `checkVerifiedContact` */
export async function takeVerifiedContact(contact: Contact, deps: Pick<Deps, 'clock' | 'state'>): Promise<void> {
  const take = (isTaken: boolean | null): boolean => {
    requireUnusedVerification(isTaken);
    return true;
  };
  await changeStored(verifiedOf(contact, deps), take, deps);
}

function requireUnusedVerification(isTaken: boolean | null): void {
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

const codeField = z.string().min(1).max(64).describe('Six digits; separators are ignored.');

/** Creates the v2 endpoints to verify an e-mail address together with a phone number. */
export function createContactEndpoints(deps: Deps): Endpoint[] {
  const common = { versions: [2], tag: 'Contacts', isExtension: false } as const;
  return [
    clientEndpoint({
      ...common,
      path: '/new-credentials',
      scope: null,
      summary: 'Send a code by e-mail and another by SMS',
      description:
        'Needs a client token (extension), so that anonymous callers cannot make the server send messages. Only for phone numbers of the countries in `contactCodes.countries`; without any, the endpoint returns `not_found`. Limits: 5 a day to one address, 200 an hour for one application or client token (ours). The reply is the same for every address.',
      codes: ['locked_out', 'delivery_failed', 'not_found'],
      fields: z.strictObject({
        email: emailField,
        phone: phoneField,
        language: z.enum(supportedLanguages).default('en').describe('Language of both messages (extension).'),
      }),
      reply: z.strictObject({ id: z.string().describe('Send it back with the codes.'), expiresAt: instantReply }),
      handle: ({ fields: { language, ...contact }, client }) => sendCodes({ contact, client, language }, deps),
    }),
    openEndpoint({
      ...common,
      path: '/authenticate-credentials',
      summary: 'Verify both codes',
      description:
        'Both must be correct, within ten minutes and five attempts (facestep defines these limits). They work once.',
      codes: ['code_wrong', 'not_found'],
      fields: z.strictObject({ id: z.string().min(1).max(64), emailCode: codeField, phoneCode: codeField }),
      handle: ({ fields }) => verifyCodes(fields, deps),
    }),
  ];
}
