import * as z from 'zod/mini';

/* Header of a document's signature. */

export const signatureType = 'facestep-signature+jose';

/** Audience of a step-up whose approval becomes a signature. */
export const signatureAudience = 'urn:facestep:signatures';

/** The payload is given by reference (ETSI TS 119 182-1, section 5.2.8.3). */
export const referenceMechanism = 'http://uri.etsi.org/19182/ObjectIdByURI';

/**
 * Guard of the protected header, which must have exactly these members. `approval` is a receipt that was valid at
 * `iat`.
 */
export const signatureHeader = z.strictObject({
  alg: z.literal('ES256'),
  kid: z.string(),
  typ: z.literal(signatureType),
  b64: z.literal(false),
  crit: z.tuple([z.literal('b64'), z.literal('sigD')]),
  iat: z.int(),
  sigD: z.object({ mId: z.literal(referenceMechanism), pars: z.tuple([z.string()]) }),
  approval: z.string().check(z.maxLength(16_384)),
});
