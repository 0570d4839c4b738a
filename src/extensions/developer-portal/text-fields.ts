import { z } from 'zod';
import { scopesField } from '../../http/rest/fields.js';
import { maxLengths, maxRedirectUris } from './request.js';

/** Returns false for a text with characters that hide or reorder text. */
const isPlain = (text: string): boolean => !/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text);

const isPlainLines = (text: string): boolean => isPlain(text.replace(/[\n\t]/g, ' '));

const lineField = (most: number) =>
  z.string().trim().min(1).max(most).refine(isPlain, 'expected one line of plain text');

export const textField = (most: number) =>
  z.string().trim().min(1).max(most).refine(isPlainLines, 'expected plain text');

export const messageField = textField(maxLengths.message).describe('Plain text that the other side can read.');

/** Fields of a request. The configuration may set lower maximums for the quotas. */
export const draftFields = {
  name: lineField(maxLengths.name).describe('Name of the program, for people.'),
  purpose: textField(maxLengths.purpose).describe('Purpose of the application, in your words.'),
  scopes: scopesField.transform((scopes) => [...new Set(scopes)]).describe('Scopes of its keys.'),
  connection: z
    .string()
    .max(100)
    .nullable()
    .prefault(null)
    .describe('Connection that it works with. If missing, the application stores its tokens itself.'),
  redirectUris: z
    .array(z.string().max(1024))
    .max(maxRedirectUris)
    .prefault([])
    .describe(
      'Redirect URIs of an OpenID client of that connection: `https`, complete, compared character for character. `localhost` is allowed only in the sandbox.',
    ),
  perMinute: z.int().min(1).describe('Requests per minute.'),
  perDay: z.int().min(1).describe('Requests per day, in UTC.'),
  contact: z
    .string()
    .trim()
    .max(maxLengths.contact)
    .refine(isPlain, 'expected one line of plain text')
    .prefault('')
    .describe('Contact for questions about it.'),
};
