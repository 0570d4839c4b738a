import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { parseJson } from '../../../src/core/base/json.js';
import { soleShare } from '../../../src/core/fair-queue.js';
import type { Random } from '../../../src/core/ports.js';
import { KeyMaterial, UserSecret } from '../../../src/core/secrets.js';
import { epochMsGuard } from '../../../src/core/units.js';
import { createStretch, publishedCost, secretBytes } from '../../../src/face/token/derive.js';
import { createFile, readPrivateFile, replaceFile } from '../../../src/files/durable-file.js';
import { BadInput } from '../corpus/corpus.js';

/* The key file has a random encryption key and a consent for each participant, encrypted under the passphrase. */

/** The presentations cannot be opened with this passphrase. */
export class PresenceLocked extends BadInput {
  constructor(options?: ErrorOptions) {
    super(
      'The presentations cannot be opened: the passphrase is wrong, or a file was altered. Use the passphrase file that they were stored with.',
      options,
    );
  }
}

const bytesText = z.base64url().transform((text): Uint8Array => Buffer.from(text, 'base64url'));

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

const keyFileGuard = z.strictObject({
  version: z.literal(1),
  salt: bytesText,
  /** Encrypted empty text, which detects a wrong passphrase before there are participants. */
  check: bytesText,
  people: z.array(z.strictObject({ id: bytesText, sealed: bytesText })),
});
type KeyFile = z.output<typeof keyFileGuard>;

/** Normalizes a participant's code name, because phones capitalize text. */
export const toCodeName = (typed: string): string => typed.toLowerCase();

const personGuard = z.strictObject({
  person: z.string().transform(toCodeName),
  key: z.base64url().transform((text) => new KeyMaterial(Buffer.from(text, 'base64url'))),
  consentVersion: z.string(),
  consentGivenAt: epochMsGuard,
  allowsAccuracy: z.boolean(),
  keepUntil: epochMsGuard,
});

export interface Participant extends z.output<typeof personGuard> {
  /** 16 random bytes, which each of the participant's files has in clear text. */
  readonly id: Uint8Array;
}

const checkLabel = Buffer.from('facestep/presence/check/1');
const aboutPerson = (id: Uint8Array): Buffer => Buffer.concat([Buffer.from('facestep/presence/person/1'), id]);

/** Minimum length of the passphrase. Together with Argon2id, which slows each guess, it makes guessing infeasible. */
const leastCharacters = 12;

export async function readPassphrase(file: string): Promise<UserSecret> {
  const text = (await readPrivateFile(file, '--passphrase-file'))?.replace(/\r?\n$/, '');
  if (text === undefined)
    throw new BadInput(`${file} does not exist. Create it: (umask 077; openssl rand -base64 32 > ${file})`);
  if (text.length < leastCharacters) throw new BadInput(`${file} contains fewer than ${leastCharacters} characters`);
  return new UserSecret(text);
}

async function deriveKey(passphrase: UserSecret, salt: Uint8Array): Promise<KeyMaterial> {
  const typed = secretBytes(passphrase);
  const stretched = await createStretch(publishedCost)('secret', typed, salt, soleShare).finally(() => typed.fill(0));
  const key = stretched.use((bytes) => hkdfSync('sha256', bytes, salt, 'facestep/presence/1', 32));
  stretched.wipe();
  return new KeyMaterial(new Uint8Array(key));
}

const toText = ({ salt, check, people }: Omit<KeyFile, 'version'>): string => {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const entries = people.map(({ id, sealed }) => ({ id: text(id), sealed: text(sealed) }));
  return `${JSON.stringify({ version: 1, salt: text(salt), check: text(check), people: entries }, null, 2)}\n`;
};

async function parse(file: string): Promise<KeyFile> {
  const parsed = keyFileGuard.safeParse(parseJson((await readPrivateFile(file, file)) ?? ''));
  if (!parsed.success) throw new PresenceLocked();
  return parsed.data;
}

/** Keys and consents. Each call reads the file again, because another process may have erased a participant. */
export type PresenceKeys = Awaited<ReturnType<typeof openKeyFile>>;

export async function createKeyFile(file: string, passphrase: UserSecret, random: Random): Promise<void> {
  const salt = random(16);
  const key = await deriveKey(passphrase, salt);
  const check = seal(new Uint8Array(), checkLabel, key, random);
  key.wipe();
  await createFile(file, toText({ salt, check, people: [] }), random);
}

/** @throws PresenceLocked for a wrong passphrase or an altered file; FaceError `config_invalid` */
export async function openKeyFile(file: string, passphrase: UserSecret, random: Random) {
  const { salt, check } = await parse(file);
  const key = await deriveKey(passphrase, salt);
  unseal(check, checkLabel, key);

  const listIn = ({ people }: KeyFile): Participant[] =>
    people.map(({ id, sealed }) => {
      const plain = unseal(sealed, aboutPerson(id), key);
      const parsed = personGuard.parse(JSON.parse(plain.toString('utf8')));
      plain.fill(0);
      return { ...parsed, id };
    });
  const sealEntry = ({ id, key: own, ...rest }: Participant): KeyFile['people'][number] => {
    const text = own.use((bytes) => Buffer.from(bytes).toString('base64url'));
    const plain = Buffer.from(JSON.stringify({ ...rest, key: text }));
    const sealed = seal(plain, aboutPerson(id), key, random);
    plain.fill(0);
    return { id, sealed };
  };
  const writeConsent = async (consent: Omit<Participant, 'id' | 'key'>): Promise<void> => {
    const found = await parse(file);
    const former = listIn(found).find(({ person }) => person === consent.person);
    const made = { id: random(16), key: new KeyMaterial(random(32)), keepUntil: consent.keepUntil };
    const { id, key: own, keepUntil } = former ?? made;
    const participant = { ...consent, id, key: own, keepUntil };
    const others = found.people.filter((each) => !isSame(each.id, id));
    await replaceFile(file, toText({ ...found, people: [...others, sealEntry(participant)] }), random);
  };
  let lastAdmitted: Promise<unknown> = Promise.resolve();
  return {
    list: async () => listIn(await parse(file)),
    /** Stores a consent. A known participant keeps their key and expiry. */
    admit(consent: Parameters<typeof writeConsent>[0]): Promise<void> {
      // Writes are queued, because each one writes the whole file and would undo a concurrent change.
      const admitted = lastAdmitted.then(() => writeConsent(consent));
      lastAdmitted = admitted.catch(() => null);
      return admitted;
    },
    /** Deletes participants' keys, so that their data cannot be decrypted. */
    async forget(people: readonly Participant[]): Promise<void> {
      const found = await parse(file);
      const left = found.people.filter((each) => !people.some(({ id }) => isSame(each.id, id)));
      // After the new file has replaced the old one, the old contents are overwritten on the disk.
      const former = await open(file, 'r+');
      try {
        await replaceFile(file, toText({ ...found, people: left }), random);
        await overwrite(former);
      } finally {
        await former.close();
      }
    },
  };
}

/** Overwrites an open file. Copies made by disk or file system remain. */
export async function overwrite(file: Awaited<ReturnType<typeof open>>): Promise<void> {
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size), 0, size, 0);
  await file.sync();
}

const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts with AES-256-GCM. The result is nonce, ciphertext and tag. @param about - additional authenticated data */
export function seal(plain: Uint8Array, about: Uint8Array, key: KeyMaterial, random: Random): Buffer {
  const nonce = random(nonceBytes);
  const cipher = key.use((bytes) => createCipheriv('aes-256-gcm', bytes, nonce));
  cipher.setAAD(about);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws PresenceLocked for a wrong key or altered data */
export function unseal(sealed: Uint8Array, about: Uint8Array, key: KeyMaterial): Buffer {
  try {
    const nonce = sealed.subarray(0, nonceBytes);
    const decipher = key.use((bytes) => createDecipheriv('aes-256-gcm', bytes, nonce, { authTagLength: tagBytes }));
    decipher.setAAD(about);
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    const plain = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes));
    // GCM verifies the tag here. No data remains to be returned.
    decipher.final();
    return plain;
  } catch (cause) {
    throw new PresenceLocked({ cause });
  }
}
