import { z } from 'zod';
import type { Json } from '../errors.js';

const secret = z.object({
  setting: z.string(),
  text: z.string(),
  isRandom: z.boolean().describe('True for a secret of calls from the provider: state random text.'),
});

/** What an administrator does, and states, to connect a provider. A setting is its dotted path in the connection. */
export const guide = z.object({
  name: z.string().describe('Name of the provider.'),
  preparation: z
    .array(z.string())
    .describe('What to create in the provider’s console, one action each, with its permissions.'),
  fields: z.array(
    z.object({
      setting: z.string(),
      text: z.string().describe('What it is, and where the administrator finds it.'),
      example: z.string(),
      type: z.enum(['text', 'number', 'list']).describe('`list`: values separated by commas or spaces.'),
      isOptional: z.boolean(),
    }),
  ),
  secrets: z.array(secret),
});

export interface ConnectionGuide extends z.output<typeof guide> {
  /** Values that every connection of this guide has, by dotted path. */
  readonly fixed: Readonly<Record<string, Json>>;
}

type Field = ConnectionGuide['fields'][number];

export const requiredField = (setting: string, text: string, example: string, type: Field['type'] = 'text'): Field => ({
  setting,
  text,
  example,
  type,
  isOptional: false,
});

export const optionalField = (setting: string, text: string, example: string, type: Field['type'] = 'text'): Field => ({
  ...requiredField(setting, text, example, type),
  isOptional: true,
});

type Secret = z.output<typeof secret>;

/** Secret of the provider, which the administrator finds there. */
export const providerSecret = (setting: string, text: string): Secret => ({ setting, text, isRandom: false });

/** Secret of calls from the provider, which is made here. */
export const hookSecret = (setting: string, text: string): Secret => ({ setting, text, isRandom: true });
