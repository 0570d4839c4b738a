import { z } from 'zod';
import type { Json } from '../../src/base/json.js';
import { maxTokenCharacters } from '../../src/core/concealed.js';
import type { ProvisionStep, StepStatus } from '../provisioning.js';
import { parseAnswer, type SendToOkta } from './client.js';
import { maxReceiptCharacters } from './schema.js';

/** A custom attribute of the default user type, as it should be. */
export interface Attribute {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly maxLength: number;
  /** Whether users write it themselves, in a form. */
  readonly isUserWritten: boolean;
}

/** Holds the enrolment token: users neither see nor change it. */
export const tokenAttribute = (name: string): Attribute => ({
  name,
  title: 'Face enrolment token',
  description: 'Sealed by facestep. Clearing it revokes the enrolment.',
  maxLength: maxTokenCharacters,
  isUserWritten: false,
});

/** Brings the receipt of a face check in the sign-up form; it is taken out before the user is created. */
export const receiptAttribute = (name: string): Attribute => ({
  name,
  title: 'Face check receipt',
  description: 'Filled by the sign-up page, used once, and empty afterwards.',
  maxLength: maxReceiptCharacters,
  isUserWritten: true,
});

const attributeGuard = z.object({
  type: z.string(),
  required: z.boolean().nullish(),
  minLength: z.number().nullish(),
  maxLength: z.number().nullish(),
  enum: z.array(z.unknown()).nullish(),
  _enum: z.array(z.unknown()).nullish(),
  oneOf: z.array(z.unknown()).nullish(),
  pattern: z.string().nullish(),
  format: z.string().nullish(),
  mutability: z.string().nullish(),
  permissions: z.array(z.object({ principal: z.string().nullish(), action: z.string().nullish() })).nullish(),
});
type AttributeDefinition = z.infer<typeof attributeGuard>;

const schemaGuard = z.object({
  definitions: z.object({
    // The others are somebody else's, of whatever shape.
    custom: z.object({ properties: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  }),
});

/** The properties of an existing attribute that would not hold the value, or would let the wrong people change it. */
function misfitsOf(definition: AttributeDefinition, expected: Attribute): string[] {
  const { type, required, minLength, maxLength, pattern, format, mutability, permissions, oneOf } = definition;
  const isUserWritten = permissions?.some(({ principal, action }) => principal === 'SELF' && action === 'READ_WRITE');
  const fits: Record<string, boolean> = {
    type: type === 'string',
    required: required !== true,
    minLength: (minLength ?? 0) <= 1,
    maxLength: (maxLength ?? expected.maxLength) >= expected.maxLength,
    enum: (definition.enum ?? definition._enum ?? oneOf ?? null) === null,
    pattern: (pattern ?? null) === null,
    format: (format ?? null) === null,
    mutability: (mutability ?? 'READ_WRITE') === 'READ_WRITE',
    permissions: expected.isUserWritten || isUserWritten !== true,
  };
  return Object.keys(fits).filter((name) => fits[name] === false);
}

const toSchemaChange = ({ name, title, description, maxLength, isUserWritten }: Attribute): Json => ({
  definitions: {
    custom: {
      properties: {
        [name]: {
          title,
          description,
          type: 'string',
          required: false,
          maxLength,
          scope: 'NONE',
          mutability: 'READ_WRITE',
          permissions: [{ principal: 'SELF', action: isUserWritten ? 'READ_WRITE' : 'HIDE' }],
        },
      },
    },
  },
});

/** The step that makes an attribute of that name. */
export const toAttributeTitle = (name: string): string => `Profile attribute ${name}`;

/**
 * How the attribute stands in the org's default user schema. One that does not fit is never changed: it is somebody's, and
 * may hold something.
 * @throws FaceError `provider_refused`, `profile_unavailable`
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Schema/
 */
export async function inspectAttribute(expected: Attribute, send: SendToOkta): Promise<StepStatus> {
  const { body } = await send('GET', schemaPath);
  const existing = Object.entries(parseAnswer(schemaGuard, body).definitions.custom?.properties ?? {}).find(
    // Okta refuses names that differ in case alone, so such a neighbour is in the way.
    ([name]) => name.toLowerCase() === expected.name.toLowerCase(),
  );
  if (existing === undefined) {
    const access = expected.isUserWritten ? 'written by users' : 'hidden from users';
    return {
      state: 'missing',
      changes: [`Add the attribute ${expected.name}: text of up to ${expected.maxLength} characters, ${access}`],
    };
  }
  const [name, definition] = existing;
  const misfits = name === expected.name ? misfitsOf(parseAnswer(attributeGuard, definition), expected) : ['name'];
  if (misfits.length === 0) return { state: 'ready' };
  return {
    state: 'blocked',
    reason: `There is an attribute ${name} that does not fit by its ${misfits.join(', ')}`,
    remedy: 'Change it in Directory > Profile Editor > User (default), or name another attribute in the configuration',
  };
}

const schemaPath = '/api/v1/meta/schemas/user/default';

/** Defines the attribute, or adopts one that is there and fits. */
export const createAttributeStep = (expected: Attribute, { send }: { readonly send: SendToOkta }): ProvisionStep => ({
  title: toAttributeTitle(expected.name),
  inspect: () => inspectAttribute(expected, send),
  async apply() {
    await send('POST', schemaPath, toSchemaChange(expected));
  },
});
