import { z } from 'zod';
import { standardTenant } from '../../core/connection.js';
import { maxSecretBytes, maxTokenCharacters, SealedToken, UserSecret } from '../../core/secrets.js';
import { epochMs, fromIso, toEpochSec } from '../../core/units.js';
import { FaceError, type FaceErrorCode } from '../../errors.js';
import { clientTokenLifeSec } from './client-tokens.js';
import { clientScopes } from './scopes.js';

const codeByField: Readonly<Record<string, FaceErrorCode>> = {
  token: 'token_malformed',
  action: 'action_malformed',
  consentStatement: 'consent_missing',
  consentGivenAt: 'consent_missing',
};

export const toFieldRefusal = (field: string): FaceError =>
  new FaceError(Object.hasOwn(codeByField, field) ? (codeByField[field] ?? 'internal') : 'request_malformed', {
    field,
  });

export function parseFields<Guard extends z.ZodObject>(guard: Guard, values: unknown): z.output<Guard> {
  const parsed = guard.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') throw new FaceError('field_unknown');
  throw toFieldRefusal(String(issue?.path[0] ?? ''));
}

const levels = [1, 2, 3, 4, 5, 6, 7, 8] as const;

const levelByText = { '1': 1, '2': 2, '3': 3, '4': 4, '5': 5, '6': 6, '7': 7, '8': 8 } as const;

export const accuracyField = z
  .union([z.literal(levels), z.enum(['1', '2', '3', '4', '5', '6', '7', '8']).transform((text) => levelByText[text])])
  .prefault(4)
  .describe(
    'From 1 (most tolerant) to 8 (strictest; the direction is ours). Use the same value at enrolment and verification.',
  );

export const scopeField = z
  .string()
  .max(256)
  .prefault('')
  .describe('Purpose of the token, such as `app:login`. Use the same value at enrolment and verification.');

export const passwordField = z
  .string()
  .min(1)
  .max(maxSecretBytes)
  .refine((text) => Buffer.byteLength(text) <= maxSecretBytes)
  .transform((text) => new UserSecret(text))
  .optional()
  .describe('A secret of the user, at most 1,024 bytes of UTF-8. Use the same value at enrolment and verification.');

export const instantField = z.iso.datetime({ offset: true }).transform(fromIso);

export const expiryField = instantField
  .transform(toEpochSec)
  .optional()
  .describe('RFC 3339 date and time; fractions of a second are truncated (the format is ours).');

export const tokenField = z
  .string()
  .min(1)
  .max(maxTokenCharacters)
  .transform((text) => new SealedToken(text))
  .describe('A token from /generate.');

/** Latest time that all storage formats accept: 2100-01-01. */
export const latestInstant = epochMs(4_102_444_800_000);

export const emailField = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase())
  .describe('An e-mail address.');

export const phoneField = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/)
  .describe('A phone number in international form (E.164), such as `+4915112345678`.');

export const scopesField = z.array(z.enum(clientScopes)).min(1).max(clientScopes.length);

export const tenantField = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .prefault(standardTenant)
  .describe(
    'Tenant whose enrolments the client creates and checks; enrolments of one tenant never verify for another (ours).',
  );

export const lifeField = z
  .int()
  .min(clientTokenLifeSec.least)
  .max(clientTokenLifeSec.most)
  .prefault(clientTokenLifeSec.standard)
  .describe('Lifetime in seconds: 60 to 31,622,400 (366 days), by default 7,776,000 (90 days) (ours).');

export const clientTokenId = z.string().regex(/^[0-9a-f]{24}$/);
