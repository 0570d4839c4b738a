import { type RequestedClaims, UnmetAuthenticationRequirements } from '../../src/connections/openid-client.js';

export const faceAcrValues = [
  'possessionorinherence',
  'knowledgeorinherence',
  'knowledgeorpossessionorinherence',
  'inherence',
] as const;

/**
 * Checks that a face check satisfies the requested `acr` and `amr`.
 * @throws UnmetAuthenticationRequirements
 */
export function checkRequirements({ acr, amr }: RequestedClaims): void {
  const isMet = (values: readonly string[], possible: readonly string[]): boolean =>
    values.length === 0 || values.some((value) => possible.includes(value));
  if (!isMet(acr.values, faceAcrValues) || !isMet(amr.values, ['face'])) {
    throw new UnmetAuthenticationRequirements('a face is not what is asked for');
  }
}
