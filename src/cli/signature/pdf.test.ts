import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument, PDFName } from '@cantoo/pdf-lib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Action, digestAction } from '../../../client/action.js';
import { createPdfVerifier } from '../../../client/pdf-verifier.js';
import { receiptType } from '../../../client/receipt-claims.js';
import { signatureAudience } from '../../../client/signature-header.js';
import { kmsEnvironment, startKms } from '../../../simulators/kms/index.js';
import { certify, writeKeyPair } from '../../../test/certificates.js';
import { createFolder } from '../../../test/folder.js';
import { createTestSigner, systemClock, testIssuer } from '../../../test/keys.js';
import { createTextLog } from '../../../test/sinks.js';
import type { JsonObject } from '../../base/json.js';
import type { Signer } from '../../core/ports.js';
import { type EpochMs, toEpochMs, toEpochSec } from '../../core/units.js';
import { type AwsKmsCalls, createAwsKmsCalls } from '../../keys/aws-kms-calls.js';
import { openKmsKey, readKeyPair } from './organisation-key.js';
import { signPdf } from './pdf.js';

/* PAdES signatures of real PDFs, and what two programs that are not ours say of them. */

const folder = createFolder('pdf-signatures');
const at = (name: string): string => join(folder, name);
/** Once the certificates are there. */
let signedAt: EpochMs;
let signer: Signer;
type KeyPair = Awaited<ReturnType<typeof readKeyPair>>;
const keyPairs: Record<string, KeyPair> = {};
const originals: Record<string, Buffer> = {};

/** As docs/approve-an-action.md makes one. */
async function makeKeyPair(name: string, algorithm: readonly string[]): Promise<KeyPair> {
  const given = [
    'req',
    '-x509',
    '-newkey',
    ...algorithm,
    '-noenc',
    '-days',
    '30',
    '-subj',
    `/CN=Harbour Clinic ${name}`,
  ];
  execFileSync('openssl', [...given, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)], { stdio: 'ignore' });
  return readKeyPair(at(`${name}.pem`), at(`${name}.key`));
}

beforeAll(async () => {
  signer = await createTestSigner();
  keyPairs.ec = await makeKeyPair('ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
  keyPairs.rsa = await makeKeyPair('rsa', ['rsa:2048']);
  signedAt = toEpochMs(toEpochSec(systemClock.now()));
  for (const kind of ['p384', 'p521'] as const) {
    const { certificate, key } = await writeKeyPair(folder, kind, { kind });
    keyPairs[kind] = await readKeyPair(certificate, key);
  }
  const document = await PDFDocument.create();
  document.addPage([300, 200]).drawText('The contract', { x: 20, y: 150 });
  originals.table = Buffer.from(await document.save({ useObjectStreams: false }));
  originals.streams = Buffer.from(await document.save({ useObjectStreams: true }));
  document.getForm().createTextField('name').addToPage(document.getPage(0));
  originals.form = Buffer.from(await document.save({ useObjectStreams: false }));
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function approve(document: Uint8Array, changed: JsonObject = {}): Promise<string> {
  const name = { name: 'contract.pdf', digest: sha256(document) };
  const action: Action = { type: 'facestep_action', title: 'Sign the contract', document: name };
  const iat = signedAt / 1000 - 5;
  return signer.sign(receiptType, {
    ...{ iss: testIssuer, aud: signatureAudience, sub: 'ada', iat, exp: iat + 120, jti: 'j', connection: 'acme' },
    ...{ txn: 's', auth_time: iat, acr: 'face', amr: ['face'], accuracy: 4, liveness: null, presence: null },
    ...{ action, action_digest: await digestAction(action) },
    ...changed,
  });
}
const signed = async (original: Buffer, keyPair: KeyPair, approval?: string): Promise<Buffer> =>
  signPdf(
    original,
    { approval: approval ?? (await approve(original)), reason: 'Sign (the) contract', signedAt },
    keyPair,
  );
const check = async (file: Buffer, { certificate }: KeyPair = keyPairs.ec!, expected = {}) => {
  const keys = { keys: JSON.parse(JSON.stringify(await signer.publicKeys())) };
  return createPdfVerifier({ issuer: testIssuer, keys, certificate: certificate.raw }).verify(file, expected);
};

describe.each(['table', 'streams', 'form'])('a PDF with its objects in a %s', (kind) => {
  test.each(['ec', 'p384', 'p521', 'rsa'])(
    'is signed by a key of %s: what was approved stays byte by byte, and the approval is found',
    async (key) => {
      const original = originals[kind]!;
      const file = await signed(original, keyPairs[key]!);
      expect(file.subarray(0, original.length).equals(original)).toBe(true);
      const held = await check(file, keyPairs[key], { connection: 'acme', subject: 'ada' });
      expect(held).toMatchObject({
        signedAt: signedAt / 1000,
        approval: { sub: 'ada', action: { title: 'Sign the contract' } },
      });
      const again = await PDFDocument.load(file);
      expect(again.getPageCount()).toBe(1);
    },
  );

  const hasPdfsig = spawnSync('pdfsig', ['-v']).error === undefined;
  if (!hasPdfsig) process.stderr.write('SKIPPED: pdfsig (poppler-utils) is not installed\n');
  (hasPdfsig ? test : test.skip)('is valid to poppler, all of it', async () => {
    writeFileSync(at(`${kind}.pdf`), await signed(originals[kind]!, keyPairs.rsa!));
    const said = spawnSync('pdfsig', ['-nocert', at(`${kind}.pdf`)], { encoding: 'utf8' }).stdout;
    expect(said).toContain('Signature Validation: Signature is Valid.');
    expect(said).toContain('Signature Type: ETSI.CAdES.detached');
    expect(said).toContain('Total document signed');
    expect(said).toContain('Harbour Clinic rsa');
  });
});

test('openssl finds the signature good over the signed bytes', async () => {
  const file = await signed(originals.table!, keyPairs.ec!);
  const [, hole = 0, end = 0] = (/ByteRange \[ ?0 (\d+) (\d+)/.exec(file.toString('latin1')) ?? []).map(Number);
  const cms = Buffer.from(file.toString('latin1', hole + 1, end - 1), 'hex');
  writeFileSync(at('content'), Buffer.concat([file.subarray(0, hole), file.subarray(end)]));
  writeFileSync(at('cms.der'), cms);
  const args = ['cms', '-verify', '-inform', 'DER', '-in', at('cms.der'), '-content', at('content'), '-binary'];
  const { stderr, status } = spawnSync(
    'openssl',
    [...args, '-CAfile', at('ec.pem'), '-purpose', 'any', '-cades', '-out', at('out')],
    {
      encoding: 'utf8',
    },
  );
  expect([status, stderr]).toEqual([0, expect.stringMatching(/success/i)]);
});

describe('does not hold', () => {
  const refused = (code: string) => ({ name: 'SignatureError', code });

  test('where a byte was changed, or anything was put behind it', async () => {
    const file = await signed(originals.table!, keyPairs.ec!);
    for (const where of [10, originals.table!.length + 30, file.length - 8]) {
      const changed = Buffer.from(file);
      changed[where] = changed[where]! ^ 1;
      await expect(check(changed)).rejects.toMatchObject({ name: 'SignatureError' });
    }
    await expect(check(Buffer.concat([file, Buffer.from('\n%more')]))).rejects.toMatchObject(refused('signature'));
    await expect(check(file.subarray(0, -1))).rejects.toMatchObject(refused('signature'));
  });

  test('where anything but a signature was put into the room for it, which nobody signed', async () => {
    const file = await signed(originals.table!, keyPairs.ec!);
    const [, hole = 0, end = 0] = (/ByteRange \[ ?0 (\d+) (\d+)/.exec(file.toString('latin1')) ?? []).map(Number);
    for (const put of ['> /Reason (Pay everything) /Foo <', '00 00', 'ab']) {
      const changed = Buffer.from(file);
      changed.write(put, end - 1 - put.length, 'latin1');
      await expect(check(changed)).rejects.toMatchObject(refused('signature'));
    }
    expect(hole).toBeGreaterThan(0);
  });

  test('at a time when the certificate was not valid', async () => {
    const { certificate, key } = await writeKeyPair(folder, 'old', { until: '2021-01-01' });
    const old = await readKeyPair(certificate, key);
    const original = originals.table!;
    await expect(signed(original, old)).rejects.toThrow('the certificate has expired');
    // A program of somebody else, that does not ask.
    const file = await signed(original, { ...old, validity: { notBefore: 0, notAfter: Number.POSITIVE_INFINITY } });
    await expect(check(file, old)).rejects.toMatchObject(refused('certificate'));
  });

  test('where an approval was taken out of one signed file and put into another', async () => {
    const first = await signed(originals.table!, keyPairs.ec!);
    const [, taken = ''] = /\/FacestepApproval \(([\w.-]+)\)/.exec(first.toString('latin1')) ?? [];
    const replayed = await signed(originals.streams!, keyPairs.ec!, taken);
    await expect(check(replayed)).rejects.toMatchObject(refused('document'));
  });

  test('of a file that is larger than any that was signed', async () => {
    await expect(check(Buffer.alloc(100 * 1024 * 1024))).rejects.toMatchObject(refused('malformed'));
  });

  test('by another certificate, or where there is none', async () => {
    const file = await signed(originals.table!, keyPairs.ec!);
    await expect(check(file, keyPairs.rsa)).rejects.toMatchObject(refused('signature'));
    await expect(check(originals.table!)).rejects.toMatchObject(refused('malformed'));
  });

  test('with the approval of another document, of another person, or one that had expired', async () => {
    const elsewhere = await signed(originals.table!, keyPairs.ec!, await approve(originals.form!));
    await expect(check(elsewhere)).rejects.toMatchObject(refused('document'));
    const file = await signed(originals.table!, keyPairs.ec!);
    await expect(check(file, keyPairs.ec, { subject: 'eve' })).rejects.toMatchObject({ code: 'subject' });
    const iat = signedAt / 1000 - 600;
    const old = await approve(originals.table!, { iat, exp: iat + 120 });
    await expect(check(await signed(originals.table!, keyPairs.ec!, old))).rejects.toMatchObject({ code: 'expired' });
  });
});

test('what is signed already is signed once more, and holds for who approved it last', async () => {
  const first = await signed(originals.form!, keyPairs.ec!);
  const both = await signed(first, keyPairs.rsa!);
  expect(both.subarray(0, first.length).equals(first)).toBe(true);
  expect((await check(both, keyPairs.rsa)).approval.action.document?.digest).toBe(sha256(first));
  // The first signature is not of all that there is now.
  await expect(check(both, keyPairs.ec)).rejects.toMatchObject({ code: 'signature' });
});

test('what is encrypted, or certified by its author against changes, is not signed', async () => {
  const encrypted = await PDFDocument.create();
  encrypted.addPage();
  encrypted.encrypt({ userPassword: 'secret', ownerPassword: 'secret' });
  await expect(signed(Buffer.from(await encrypted.save()), keyPairs.ec!)).rejects.toThrow('encrypted');
  const certified = await PDFDocument.create();
  certified.addPage();
  certified.catalog.set(PDFName.of('Perms'), certified.context.obj({ DocMDP: {} }));
  await expect(signed(Buffer.from(await certified.save()), keyPairs.ec!)).rejects.toThrow(
    'certified it against changes',
  );
});

test('a key of a kind that no reader takes is refused', async () => {
  const { certificate, key } = await writeKeyPair(folder, 'odd', { kind: 'secp256k1' });
  await expect(readKeyPair(certificate, key)).rejects.toThrow('P-256, P-384 or P-521');
});

test('a verifier is not made of a certificate that is none', () => {
  const options = { issuer: testIssuer, keys: { keys: [] } };
  for (const certificate of ['', 'no certificate', Buffer.from('3003020101', 'hex'), Buffer.of(0x30, 0x84)])
    expect(() => createPdfVerifier({ ...options, certificate })).toThrow(Error);
  expect(() => createPdfVerifier({ ...options, certificate: keyPairs.ec!.certificate.toString() })).not.toThrow();
});

describe('with a key in AWS KMS', () => {
  let kms: Awaited<ReturnType<typeof startKms>>;
  let calls: AwsKmsCalls;
  beforeAll(async () => {
    Object.assign(process.env, kmsEnvironment);
    kms = await startKms();
    calls = createAwsKmsCalls({ region: kms.region, endpoint: kms.url }, { clock: systemClock, log: createTextLog() });
  });
  afterAll(() => kms.close());

  /** The certificate that somebody else has given the key. */
  async function certifyKey(keyId: string): Promise<string> {
    const found = await calls.getPublicKey(keyId);
    writeFileSync(at(`${keyId}.pem`), await certify(found!.key));
    return at(`${keyId}.pem`);
  }

  test.each(['ECC_NIST_P256', 'RSA_2048'] as const)('of %s a PDF is signed as with one in a file', async (spec) => {
    const keyId = kms.createKey(spec);
    const key = await openKmsKey(await certifyKey(keyId), keyId, calls);
    expect(await check(await signed(originals.table!, key), key)).toMatchObject({ approval: { sub: 'ada' } });
    expect(kms.asked.at(-1)).toMatchObject({ operation: 'Sign', KeyId: keyId });
  });

  test('of another certificate, or one that is disabled, nothing is signed', async () => {
    const [keyId, other] = [kms.createKey('ECC_NIST_P256'), kms.createKey('ECC_NIST_P256')];
    const certificate = await certifyKey(keyId);
    await expect(openKmsKey(certificate, other, calls)).rejects.toThrow('is not the key of');
    const key = await openKmsKey(certificate, keyId, calls);
    kms.disable(keyId);
    await expect(signed(originals.table!, key)).rejects.toMatchObject({ code: 'key_service_unavailable' });
    await expect(openKmsKey(certificate, keyId, calls)).rejects.toThrow('disabled or deleted');
  });
});

test.each([
  ['text', Buffer.from('no PDF at all')],
  ['a header alone', Buffer.from('%PDF-1.7\n')],
  ['nothing', Buffer.alloc(0)],
  ['what is cut off', null],
])('%s is no PDF, and is refused in words', async (_, bytes) => {
  const file = bytes ?? originals.streams!.subarray(0, 400);
  await expect(signed(file, keyPairs.ec!)).rejects.toThrow('this is no PDF');
});
