import * as z from 'zod/mini';

/*
 * What stands in the protected header of a document's signature. Nothing here knows who signed it.
 */

/** The header `typ` of a signature. */
export const signatureType = 'facestep-signature+jose';

/** Who an approval is for that is to become a signature: the `audience` of its step-up. */
export const signatureAudience = 'urn:facestep:signatures';

/** As JAdES names a payload that is had by its reference (ETSI TS 119 182-1, section 5.2.8.3). */
export const referenceMechanism = 'http://uri.etsi.org/19182/ObjectIdByURI';

/** The protected header: these members and no others. `approval` is a receipt that was good at `iat`. */
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
