import { z } from 'zod';
import { connectionIdGuard } from '../../src/config/connection-id.js';
import { credentialGuard, secretMark } from '../../src/config/credential.js';
import { modeGuard } from '../../src/config/mode.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';

/*
 * Settings of the deployed functions. Nothing else of the configuration is imported here, because each function of a
 * pool loads this module when it starts.
 */

/** The format of Cognito's API. Emulators use ids without an AWS region; `facestep doctor` warns about these. */
export const userPoolIdGuard = z
  .string()
  .max(55)
  .regex(/^[\w-]+_[0-9A-Za-z]+$/, 'expected the id of a user pool, such as eu-central-1_AbCdEfGhI');

export const isPoolOfAws = (userPoolId: string): boolean => /^[a-z]{2,}(?:-[a-z]+)+-\d_/.test(userPoolId);

export const clientIdsGuard = z
  .array(z.string().regex(/^[\w+]{1,128}$/, 'expected the id of an app client'))
  .min(1)
  .max(100)
  .refine((ids) => new Set(ids).size === ids.length, 'an app client is named twice');

export const defaultAttribute = 'custom:face_token';

export const attributeGuard = z
  .string()
  .regex(/^custom:[A-Za-z0-9_]{1,20}$/, 'expected custom: and a name of 1 to 20 characters')
  .default(defaultAttribute);

export const requestSecretGuard = z.string().min(32).pipe(credentialGuard).meta(secretMark);

export const regionOf = (userPoolId: string): string => userPoolId.slice(0, userPoolId.indexOf('_'));

export const triggerSettingsGuard = z.strictObject({
  connection: connectionIdGuard,
  issuer: safeUrlGuard.transform((text) => text.replace(/\/+$/, '')),
  userPoolId: userPoolIdGuard,
  clientIds: clientIdsGuard,
  attribute: attributeGuard,
  requestSecret: requestSecretGuard,
  receiptKeys: z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) }),
  mode: modeGuard,
  passwordless: z.stringbool({ truthy: ['true'], falsy: ['false'], case: 'sensitive' }).default(false),
});

export type TriggerSettings = z.output<typeof triggerSettingsGuard>;
