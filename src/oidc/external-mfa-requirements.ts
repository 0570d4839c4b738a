import { z } from 'zod';
import { oidcErrors } from './library.js';

/**
 * What Entra may ask for that a face alone fulfils: all that admit inherence. The first is what it asks for after a
 * password.
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export const faceAcrValues = [
  'possessionorinherence',
  'knowledgeorinherence',
  'knowledgeorpossessionorinherence',
  'inherence',
] as const;

// OpenID Connect Core, section 5.5.1: `null` asks for the claim without saying what it should be.
const requestedGuard = z
  .object({ value: z.string().optional(), values: z.array(z.string()).optional() })
  .nullish()
  .transform((requested) => (requested?.value === undefined ? (requested?.values ?? []) : [requested.value]));

const claimsGuard = z.object({
  id_token: z.object({ acr: requestedGuard, amr: requestedGuard }).nullish(),
});

/**
 * Whether a face is what is asked for.
 * @param claims - the parameter of that name (OpenID Connect Core, section 5.5)
 * @returns the one value of `acr` to answer; `null` where none was asked for
 * @throws InvalidRequest; UnmetAuthenticationRequirements where a face alone would not be what was asked for: that is
 *   refused before the person shows a face
 */
export function readRequirements(claims: string | null): string | null {
  const { acr, amr } = parseClaims(claims);
  if (amr.length > 0 && !amr.includes('face')) throw unmet('amr');
  if (acr.length === 0) return null;
  const answered = acr.find((value) => faceAcrValues.some((known) => known === value));
  if (answered === undefined) throw unmet('acr');
  return answered;
}

const unmet = (claim: string) =>
  new oidcErrors.UnmetAuthenticationRequirements(`a face is none of the requested values of ${claim}`);

function parseClaims(text: string | null): { acr: readonly string[]; amr: readonly string[] } {
  if (text === null) return { acr: [], amr: [] };
  try {
    const { id_token: requested } = claimsGuard.parse(JSON.parse(text));
    return requested ?? { acr: [], amr: [] };
  } catch {
    throw new oidcErrors.InvalidRequest('claims is not understood');
  }
}
