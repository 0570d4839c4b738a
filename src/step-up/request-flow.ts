import { z } from 'zod';
import type { Accuracy, Binding } from '../core/ports.js';
import { SealedToken } from '../core/secrets.js';
import { epochMsGuard } from '../core/units.js';
import { defineFlow, type FlowingCheck } from './flow.js';
import { hookSignInGuard } from './passed-step-up.js';

/* Checks that an application requests: of a user of a connection, of a token that it holds, or through the provider. */

const coordinate = z.string().regex(/^[\w-]{43}$/);

/** Public key of the application, as JWK (RFC 7517), on P-256. */
export const contentKeyRecipient = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
});
export type ContentKeyRecipient = z.output<typeof contentKeyRecipient>;

const receiptGuard = z.object({
  for: z.object({ audience: z.string(), nonce: z.string().nullable() }),
  issued: z.object({ text: z.string(), expiresAt: epochMsGuard }).nullable(),
});

const askedFields = {
  receipt: receiptGuard.nullable(),
  hookSignIn: hookSignInGuard.nullable(),
  camera: z.literal('phone').nullable(),
  atKiosk: z.boolean(),
  /** True for a client of the developers' sandbox. The receipt says so. */
  isSandbox: z.boolean(),
  /** True if photos without a challenge may be copies of earlier ones. */
  acceptsCopies: z.boolean(),
};

const clientGuard = z.object({ kind: z.literal('request'), ...askedFields });

const heldGuard = z.object({
  kind: z.literal('held_token'),
  ...askedFields,
  /** `null` after the end. */
  held: z
    .object({
      token: z.string(),
      binding: z.object({
        tenant: z.string(),
        idp: z.string(),
        subject: z.string(),
        scope: z.string(),
        accuracy: z.literal([1, 2, 3, 4, 5, 6, 7, 8]) satisfies z.ZodType<Accuracy>,
      }),
    })
    .nullable(),
  contentKey: z
    .object({
      to: contentKeyRecipient,
      /** Content key of a pass, encrypted with that public key, until the application has read it. */
      released: z.object({ jwe: z.string(), expiresAt: epochMsGuard }).nullable(),
    })
    .nullable(),
});

const providerGuard = z.object({ kind: z.literal('provider_request'), receipt: receiptGuard });

export type RequestFlow = z.output<typeof clientGuard>;
export type HeldTokenFlow = z.output<typeof heldGuard>;
export type ProviderRequestFlow = z.output<typeof providerGuard>;

export const requestFlow = defineFlow('request', clientGuard, ({ hookSignIn, camera, atKiosk }) => ({
  hookSignIn,
  camera,
  atKiosk,
  mayGlance: !atKiosk,
  proof: 'client',
  takesAnotherWay: true,
  takesPasskey: true,
}));

export const heldTokenFlow = defineFlow('held_token', heldGuard, ({ hookSignIn, camera, atKiosk }) => ({
  hookSignIn,
  camera,
  atKiosk,
}));

export const providerRequestFlow = defineFlow('provider_request', providerGuard, (_, { assurance }) => ({
  proof: 'sign_in',
  mayGlance: true,
  // Anyone could send their own link to a user, and get the result of the user's face.
  staysHere: assurance.kind === 'anonymous',
}));

const guard = z.discriminatedUnion('kind', [clientGuard, heldGuard, providerGuard]);

const requestKinds: ReadonlySet<string> = new Set(guard.options.map(({ shape }) => shape.kind.value));

/** Returns the application's request, or `null` for another flow. */
export const requestOf = ({ flow }: Pick<FlowingCheck, 'flow'>): z.output<typeof guard> | null =>
  requestKinds.has(flow.kind) ? guard.parse(flow) : null;

/** Returns true if the caller stores the token. Only the caller then knows whose it is. */
export const isOfHeldToken = ({ flow }: Pick<FlowingCheck, 'flow'>): boolean => flow.kind === 'held_token';

/** A token that the caller stores, instead of a profile. */
export interface CallerHeldToken {
  readonly token: SealedToken;
  readonly binding: Binding;
}

/** Returns the caller's token of an open step-up, or `null`. */
export function heldTokenOf(record: Pick<FlowingCheck, 'flow'>): CallerHeldToken | null {
  const flow = requestOf(record);
  if (flow?.kind !== 'held_token' || flow.held === null) return null;
  return { token: new SealedToken(flow.held.token), binding: flow.held.binding };
}

export type IssuedReceipt = NonNullable<z.output<typeof receiptGuard>['issued']>;
export type ReleasedKey = NonNullable<NonNullable<HeldTokenFlow['contentKey']>['released']>;
