import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CompactSign, createLocalJWKSet, flattenedVerify, generateKeyPair, jwtVerify } from 'jose';
import type { Signer } from '../../src/core/ports.js';

export interface SignerHarness {
  readonly signer: Signer;
  replace(): Promise<void>;
  restart(): Promise<Signer>;
  close(): Promise<void>;
}

const typ = 'facestep-receipt+jwt';
const refused = { code: 'receipt_invalid' };
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function runSignerContract(name: string, setUp: () => Promise<SignerHarness>): void {
  describe(`signer contract: ${name}`, () => {
    let harness: SignerHarness;
    beforeEach(async () => {
      harness = await setUp();
    });
    afterEach(() => harness.close());

    const publishedOf = async (signer: Signer) => JSON.parse(JSON.stringify(await signer.publicKeys()));

    test('refuses every JWS with another key, algorithm, type, content or signature', async () => {
      const { signer } = harness;
      const jws = await signer.sign(typ, { sub: 'ada' });
      const [header = '', payload = '', signature = ''] = jws.split('.');
      const [own] = await publishedOf(signer);
      const { kid } = own;
      const { privateKey } = await generateKeyPair('ES256');
      const text = Buffer.from(payload, 'base64url');
      const forged = [
        '',
        '..',
        'x'.repeat(100_000),
        `${header}.${payload}.`,
        `${header}.${encode({ sub: 'eve' })}.${signature}`,
        `${encode({ alg: 'none', kid, typ })}.${payload}.`,
        `${encode({ alg: 'ES256', kid, typ: 'JWT' })}.${payload}.${signature}`,
        await new CompactSign(text).setProtectedHeader({ alg: 'ES256', kid, typ }).sign(privateKey),
        await new CompactSign(text).setProtectedHeader({ alg: 'ES256', kid: 'other', typ }).sign(privateKey),
        await new CompactSign(text)
          .setProtectedHeader({ alg: 'HS256', kid, typ })
          .sign(Buffer.from(JSON.stringify(own))),
        await signer.sign('facestep-erasure+jwt', { sub: 'ada' }),
      ];
      for (const each of forged) await expect(signer.verify(typ, each)).rejects.toMatchObject(refused);
      expect(await signer.verify(typ, jws)).toEqual({ sub: 'ada' });
    });

    test('any library with the published keys verifies a signature, and so does a new process', async () => {
      const { signer } = harness;
      const keys = await publishedOf(signer);
      expect(keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }]);
      expect(keys[0]).not.toHaveProperty('d');
      // Signatures are random, so an error in the encoding would appear only in some of them.
      for (let n = 0; n < 20; n += 1) {
        const jws = await signer.sign(typ, { n });
        const { payload, protectedHeader } = await jwtVerify(jws, createLocalJWKSet({ keys }), { typ });
        expect(payload).toEqual({ n });
        expect(protectedHeader).toEqual({ alg: 'ES256', kid: keys[0].kid, typ });
        expect(Buffer.from(jws.split('.')[2]!, 'base64url')).toHaveLength(64);
      }
      expect(await (await harness.restart()).verify(typ, await signer.sign(typ, { n: 1 }))).toEqual({ n: 1 });
    });

    test('any library verifies a detached signature over the exact bytes of the document', async () => {
      const { signer } = harness;
      const keys = await publishedOf(signer);
      const document = Buffer.from([0, 255, 46, 10, 128]);
      const members = { b64: false, crit: ['b64', 'sigD'], sigD: { mId: 'm', pars: ['a'] } };
      const jws = await signer.signDetached('facestep-signature+jose', members, document);
      const [head = '', between, signature = ''] = jws.split('.');
      expect(between).toBe('');
      const check = (payload: Uint8Array) =>
        flattenedVerify({ protected: head, payload, signature }, createLocalJWKSet({ keys }), { crit: { sigD: true } });
      const { protectedHeader } = await check(document);
      expect(protectedHeader).toEqual({ ...members, alg: 'ES256', kid: keys[0].kid, typ: 'facestep-signature+jose' });
      await expect(check(Buffer.from([0, 255, 46, 10, 129]))).rejects.toThrow();
    });

    test('after a key replacement the new key signs, the previous key still verifies, and both are published', async () => {
      const { signer } = harness;
      const [former] = await publishedOf(signer);
      const jws = await signer.sign(typ, { sub: 'ada' });
      await harness.replace();
      for (const each of [signer, await harness.restart()]) {
        const [current, ...others] = await publishedOf(each);
        expect(others).toEqual([former]);
        const { protectedHeader } = await jwtVerify(await each.sign(typ, {}), createLocalJWKSet({ keys: [current] }));
        expect(protectedHeader.kid).toBe(current.kid);
        expect(await each.verify(typ, jws)).toEqual({ sub: 'ada' });
      }
    });
  });
}
