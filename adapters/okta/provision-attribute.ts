import { z } from 'zod';
import {
  blocked,
  different,
  lostEnrolments,
  missing,
  type ProvisionStep,
  type StepStatus,
} from '../../src/connections/provisioning.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { maxTokenCharacters } from '../../src/core/secrets.js';
import type { SendToOkta } from './client.js';
import { maxReceiptCharacters } from './schema.js';

interface Attribute {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly maxLength: number;
  readonly isUserWritten: boolean;
}

export const tokenAttribute = (name: string): Attribute => ({
  name,
  title: 'Face enrolment token',
  description: 'Sealed by facestep. Clearing it revokes the enrolment.',
  maxLength: maxTokenCharacters,
  isUserWritten: false,
});

/** Attribute of the receipt in the sign-up form. The hook clears it before Okta creates the user. */
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
  master: z.object({ type: z.string().nullish() }).nullish(),
});

const schemaGuard = z.object({
  definitions: z.object({
    custom: z.object({ properties: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  }),
});

/**
 * The setting "Inherit from Okta" in the console. Without it, Okta refuses enrolments of users from a directory or
 * application (403, E0000023).
 * @see https://help.okta.com/en-us/content/topics/users-groups-profiles/usgp-define-attribute-profile-source.htm
 */
const ownMaster = { type: 'OKTA' } as const;

function misfitsOf(definition: z.output<typeof attributeGuard>, expected: Attribute): string[] {
  const { type, required, minLength, maxLength, pattern, format, mutability, permissions, oneOf, master } = definition;
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
    master: master?.type !== 'OVERRIDE',
  };
  return Object.keys(fits).filter((name) => fits[name] === false);
}

const toDefinition = ({ title, description, maxLength, isUserWritten }: Attribute): JsonObject => ({
  title,
  description,
  type: 'string',
  required: false,
  maxLength,
  scope: 'NONE',
  mutability: 'READ_WRITE',
  master: ownMaster,
  permissions: [{ principal: 'SELF', action: isUserWritten ? 'READ_WRITE' : 'HIDE' }],
});

async function findAttribute({ name: expected }: Attribute, send: SendToOkta): Promise<[string, JsonObject] | null> {
  const { body } = await send('GET', schemaPath);
  const found = Object.entries(parseAnswer(schemaGuard, body).definitions.custom?.properties ?? {}).find(
    ([name]) => name.toLowerCase() === expected.toLowerCase(),
  );
  return found === undefined ? null : [found[0], parseAnswer(objectGuard, found[1])];
}

const objectGuard = z.record(z.string(), z.json());

/**
 * Returns the status of an attribute. An existing attribute with another definition is never changed, because it may
 * contain other data.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Schema/
 */
async function inspectAttribute(expected: Attribute, send: SendToOkta): Promise<StepStatus> {
  const existing = await findAttribute(expected, send);
  if (existing === null) {
    const access = expected.isUserWritten ? 'written by users' : 'hidden from users';
    return missing(`Add the attribute ${expected.name}: text of up to ${expected.maxLength} characters, ${access}`);
  }
  const [name, found] = existing;
  const definition = parseAnswer(attributeGuard, found);
  const misfits = name === expected.name ? misfitsOf(definition, expected) : ['name'];
  if (misfits.length > 0) {
    return blocked(
      `There is an attribute ${name} that does not fit by its ${misfits.join(', ')}`,
      'Change it in Directory > Profile Editor > User (default), or name another attribute in the configuration',
    );
  }
  const change = `Set the source priority of ${name} to "Inherit from Okta": it cannot be written of users who come from a directory`;
  return different(definition.master?.type === 'PROFILE_MASTER' ? [change] : []);
}

const schemaPath = '/api/v1/meta/schemas/user/default';

const toAttributeByHand = ({ name, title, description, maxLength, isUserWritten }: Attribute): readonly string[] => [
  'Directory > Profile Editor > User (default) > Add Attribute',
  'Data type: string',
  `Display name: ${title}`,
  `Variable name: ${name}`,
  `Description: ${description}`,
  `Attribute length: at most ${maxLength}`,
  'Attribute required: off',
  `User permission: ${isUserWritten ? 'Read-Write' : 'Hide'}`,
  'Source priority: Inherit from Okta',
];

export const createAttributeStep = (expected: Attribute, { send }: { readonly send: SendToOkta }): ProvisionStep => ({
  title: `Profile attribute ${expected.name}`,
  check: expected.isUserWritten ? {} : { title: 'Profile attribute', ifMissing: lostEnrolments },
  byHand: toAttributeByHand(expected),
  inspect: () => inspectAttribute(expected, send),
  async apply() {
    const existing = await findAttribute(expected, send);
    const definition = existing === null ? toDefinition(expected) : { ...existing[1], master: ownMaster };
    await send('POST', schemaPath, { definitions: { custom: { properties: { [expected.name]: definition } } } });
  },
});
