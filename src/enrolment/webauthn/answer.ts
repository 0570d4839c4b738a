import { z } from 'zod';
import { parseJsonAs } from '../../core/base/json.js';
import type { PasskeyAnswer } from '../../core/ports.js';
import { UserSecret } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';

export const maxAnswerCharacters = 8192;

const base64url = (atMost: number) =>
  z
    .string()
    .max(atMost)
    .regex(/^[A-Za-z0-9_-]+$/);

/** Credential id of at most 1,023 bytes (WebAuthn Level 3, section 4). */
const idGuard = base64url(1364);

/** 32 bytes, which are secret. */
const prfGuard = z
  .object({
    prf: z
      .object({
        results: z
          .object({
            first: z
              .string()
              .regex(/^[A-Za-z0-9_-]{43}$/)
              .transform((text) => new UserSecret(text)),
          })
          .optional(),
      })
      .optional(),
  })
  .transform(({ prf }) => prf?.results?.first ?? null);

/** Unknown transports are allowed. */
const transportsGuard = z
  .array(z.string().regex(/^[a-z-]{1,32}$/))
  .max(8)
  .catch([]);

const creationGuard = z
  .object({
    id: idGuard,
    response: z.object({
      clientDataJSON: base64url(4096),
      attestationObject: base64url(6144),
      transports: transportsGuard,
    }),
    clientExtensionResults: prfGuard,
  })
  .transform(({ id, response, clientExtensionResults: prf }) => ({ id, ...response, prf }));

const assertionGuard = z
  .object({
    id: idGuard,
    response: z.object({
      clientDataJSON: base64url(4096),
      authenticatorData: base64url(2048),
      signature: base64url(2048),
    }),
    clientExtensionResults: prfGuard,
  })
  .transform(({ id, response, clientExtensionResults: prf }) => ({ id, ...response, prf }));

const answerGuard = z.object({
  creation: creationGuard.nullable().default(null),
  assertion: assertionGuard.nullable().default(null),
}) satisfies z.ZodType<PasskeyAnswer>;

/**
 * Parses the page's WebAuthn response. The secret PRF output is returned separately.
 * @see https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson
 */
export function parsePasskeyAnswer(text: string): PasskeyAnswer {
  const answer = parseJsonAs(text, answerGuard);
  if (answer === undefined) throw new FaceError('request_malformed', { field: 'passkey' });
  return answer;
}
