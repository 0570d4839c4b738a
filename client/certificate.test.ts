import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CertifiedKind, writeKeyPair } from '../test/certificates.js';
import { createFolder } from '../test/folder.js';
import { readCertificate } from './certificate.js';
import { readDer } from './der.js';
import { parseUtc } from './utc.js';

/* What the check of a signed PDF reads of a certificate, held against Node's own. */

const folder = createFolder('certificates');

test.each<CertifiedKind>(['ec', 'p384', 'p521', 'rsa'])(
  'a certificate of %s is read as Node reads it',
  async (kind) => {
    const { certificate } = await writeKeyPair(folder, kind, { kind, from: '1999-12-31', until: '2051-02-28' });
    const pem = readFileSync(certificate, 'utf8');
    const known = new X509Certificate(pem);
    for (const given of [pem, known.raw]) {
      const { der, key, notBefore, notAfter } = readCertificate(given);
      expect(known.raw.equals(der)).toBe(true);
      expect(known.publicKey.export({ type: 'spki', format: 'der' }).equals(key.spki)).toBe(true);
      expect([notBefore, notAfter]).toEqual([Date.parse(known.validFrom), Date.parse(known.validTo)]);
    }
  },
);

test('whatever is no certificate throws, and never anything but an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => readCertificate(bytes)).toThrow(Error);
    }),
  );
  for (const hex of ['30', '3080', '308500000000', '30820100', '3003020101'])
    expect(() => readCertificate(Buffer.from(hex, 'hex'))).toThrow(TypeError);
  expect(() => readDer(new Uint8Array())).toThrow(TypeError);
});

test('a moment in digits is the one that the calendar says', () => {
  const from = Date.UTC(1950, 0, 1);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_700_000_000 }), (seconds) => {
      const time = from + seconds * 1000;
      expect(parseUtc(new Date(time).toISOString().replace(/\D/g, '').slice(0, 14))).toBe(time);
    }),
  );
  for (const text of ['', '2026', '20261322000000', '20260100000000', '2026112205120', '20261122246000', 'x'])
    expect(parseUtc(text)).toBeNaN();
});
