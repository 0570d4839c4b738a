import { z } from 'zod';
import { scopesField } from '../fields.js';
import { longest, maxRedirectUris } from './request.js';

/** Excludes characters that hide or reorder text. */
const isPlain = (text: string): boolean => !/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text);

const isPlainLines = (text: string): boolean => isPlain(text.replace(/[\n\t]/g, ' '));

const lineField = (most: number) =>
  z.string().trim().min(1).max(most).refine(isPlain, 'expected one line of plain text');

/** Paragraphs of plain text. */
export const textField = (most: number) =>
  z.string().trim().min(1).max(most).refine(isPlainLines, 'expected plain text');

export const messageField = textField(longest.message).describe('Plain text, for the other side.');

/** Configured quota limits may be lower. */
export const wishFields = {
  name: lineField(longest.name).describe('For people: which program it is.'),
  purpose: textField(longest.purpose).describe('What it is for, in your words.'),
  scopes: scopesField.transform((scopes) => [...new Set(scopes)]).describe('What its keys may do.'),
  connection: z
    .string()
    .max(100)
    .nullable()
    .prefault(null)
    .describe('The connection it works with; none: it keeps its tokens itself.'),
  redirectUris: z
    .array(z.string().max(1024))
    .max(maxRedirectUris)
    .prefault([])
    .describe(
      'Of an OpenID client of that connection: `https`, written out in full, compared character for character. This machine (`localhost`) in the sandbox alone.',
    ),
  perMinute: z.int().min(1).describe('Requests in a minute.'),
  perDay: z.int().min(1).describe('Requests in a day, in UTC.'),
  contact: z
    .string()
    .trim()
    .max(longest.contact)
    .refine(isPlain, 'expected one line of plain text')
    .prefault('')
    .describe('Whom to ask about it.'),
};
