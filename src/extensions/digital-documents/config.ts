import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { ConnectionAddition } from '../../config/additions.js';
import { readKeyOf } from '../../config/certificate.js';
import { credentialGuard } from '../../config/credential.js';
import { kindNames } from './kinds.js';

const certificateGuard = z
  .string()
  .max(16_384)
  .transform((pem, issues) => {
    try {
      return new X509Certificate(pem);
    } catch {
      issues.addIssue('expected one certificate in PEM form');
      return z.NEVER;
    }
  });

const issuerGuard = z.strictObject({
  name: z.string().min(1).max(100).describe('Name of the issuer, as receipts and records state it.'),
  certificate: certificateGuard.describe(
    'Root certificate of the issuer in PEM form. It must have signed the certificates of the documents itself.',
  ),
  kinds: z
    .array(z.enum(kindNames))
    .min(1)
    .default(['mdl'])
    .describe(
      'Kinds of its documents that count. `"mdl"`: mobile driving licence (ISO/IEC 18013-5). `"pid"`: person identification data (EU).',
    ),
});

const requestGuard = z
  .strictObject({
    certificate: certificateGuard.describe('Certificate for requests in PEM form, from the operator of the apps.'),
    privateKey: credentialGuard.describe('Secret. P-256 key of the certificate, as PEM.'),
  })
  .refine(({ certificate, privateKey }) => privateKey.use((key) => isKeyOf(certificate, key)), {
    path: ['privateKey'],
    error: 'expected the P-256 private key of the certificate, as PEM',
  });

const isKeyOf = (certificate: X509Certificate, pem: string): boolean =>
  readKeyOf(certificate, pem)?.asymmetricKeyDetails?.namedCurve === 'prime256v1';

const documentsGuard = z
  .strictObject({
    issuers: z.array(issuerGuard).min(1).max(50).describe('Issuers whose documents count.'),
    names: z
      .enum(['relaxed', 'exact'])
      .default('relaxed')
      .describe(
        'Comparison of the names with the claims `given_name` and `family_name`. `"relaxed"`: without case, accents and hyphens; a document may have further given names. `"exact"`: character for character.',
      ),
    birthdate: z
      .boolean()
      .default(false)
      .describe('True to ask for the date of birth too, and compare it with the claim `birthdate`.'),
    request: requestGuard
      .nullable()
      .default(null)
      .describe(
        'Certificate that authenticates requests to apps. `null`: requests are not signed, and only browsers with the Digital Credentials API can present a document.',
      ),
  })
  .nullable()
  .default(null)
  .describe(
    'Digital identity documents that people present at an enrolment (`policy.photo.source` `"document"`) or in a recovery (`recovery.secondThings`). See docs/digital-documents.md.',
  );

export type DocumentsConfig = NonNullable<z.output<typeof documentsGuard>>;

declare module '../../config/additions.js' {
  interface ConnectionSections {
    readonly documents: DocumentsConfig | null;
  }
}

export const documentsAddition = { sections: { documents: documentsGuard } } as const satisfies ConnectionAddition;
