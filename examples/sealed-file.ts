/*
 * A record that only one face can open: your own program encrypts it with AES-256-GCM, by a key from a face check.
 *
 * The server releases a token's content key only for the right face, and stores no key. The record never leaves this
 * machine. Keep the token as long as the record: without it, the record cannot be opened. The client token needs the
 * scopes `enrol` and `content-key`.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_… PASSPHRASE=…
 *   node dist/examples/sealed-file.js enrol ada.token 1.jpg 2.jpg 3.jpg
 *   node dist/examples/sealed-file.js seal ada.token now.jpg record.json record.sealed
 *   node dist/examples/sealed-file.js open ada.token later.jpg record.sealed
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createFacestepClient, FacestepError } from '@facestep/client';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
const facestep = createFacestepClient({ url, clientToken, fetch });

/**
 * Optional passphrase. A token that was created with one releases its key only for the face together with the
 * passphrase.
 */
const { PASSPHRASE: password = '' } = process.env;
const binding = { scope: 'records', accuracy: 4, ...(password === '' ? {} : { password }) };

/** Passes the key of one record to `work`, then overwrites it. */
async function withKey<T>(tokenFile: string, photoFile: string, salt: Buffer, work: (key: Buffer) => T): Promise<T> {
  const token = readFileSync(tokenFile, 'utf8').trim();
  const contentKey = await facestep.contentKey(token, [readFileSync(photoFile)], binding);
  if (contentKey === null) throw new Error('Refused.');
  // A separate key for each record, so that no nonce repeats under one key.
  const key = Buffer.from(hkdfSync('sha256', contentKey, salt, 'records/1', 32));
  contentKey.fill(0);
  try {
    return work(key);
  } finally {
    key.fill(0);
  }
}

async function seal(tokenFile: string, photoFile: string, record: Buffer): Promise<Buffer> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  return withKey(tokenFile, photoFile, salt, (key) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const sealed = Buffer.concat([cipher.update(record), cipher.final()]);
    return Buffer.concat([salt, nonce, cipher.getAuthTag(), sealed]);
  });
}

async function open(tokenFile: string, photoFile: string, sealed: Buffer): Promise<Buffer> {
  return withKey(tokenFile, photoFile, sealed.subarray(0, 16), (key) => {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(16, 28), { authTagLength: 16 });
    decipher.setAuthTag(sealed.subarray(28, 44));
    // If the record was changed, `final` throws before any decrypted byte is used.
    return Buffer.concat([decipher.update(sealed.subarray(44)), decipher.final()]);
  });
}

const [command, tokenFile = '', ...files] = process.argv.slice(2);
try {
  if (command === 'enrol') {
    const photos = files.map((name) => readFileSync(name));
    // Keep the token as long as the records, because another enrolment has another key.
    writeFileSync(tokenFile, (await facestep.generate(photos, binding)).token, { mode: 0o600 });
    console.log('Enrolled.');
  } else {
    const [photo = '', from = '', to = ''] = files;
    const content = readFileSync(from);
    if (command === 'seal') writeFileSync(to, await seal(tokenFile, photo, content), { mode: 0o600 });
    console.log(command === 'seal' ? 'Sealed.' : (await open(tokenFile, photo, content)).toString('utf8'));
  }
} catch (error) {
  console.log(error instanceof FacestepError ? `Not checked: ${error.code}` : 'Refused.');
  process.exitCode = 1;
}
