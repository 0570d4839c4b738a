import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileExists } from '../../../src/config/data-files.js';
import type { Ports } from '../../../src/core/deps.js';
import type { Captured } from '../../../src/core/ports.js';
import { owningPhotos, type Photo } from '../../../src/core/secrets.js';
import { isDraftOf, replaceFile } from '../../../src/files/durable-file.js';
import { BadInput } from '../corpus/corpus.js';
import {
  createKeyFile,
  openKeyFile,
  overwrite,
  type Participant,
  type PresenceKeys,
  PresenceLocked,
  readPassphrase,
  seal,
  unseal,
} from './key-file.js';
import { type AboutPresentation, decodePresentation, encodePresentation } from './presentation.js';

/*
 * Stores the presentations of a presence test: an encrypted file for each, and the participants' keys in `keys.json`.
 * Pictures of people are stored nowhere else.
 */

const keyFileOf = (folder: string): string => join(folder, 'keys.json');
const sealedName = /^[0-9a-f]{32}\.sealed$/;
/** Name of a draft, which a crash may leave; `.facestep-…` is of an earlier version. */
const draftName = /^([0-9a-f]{32}\.sealed\.|\.facestep-)[0-9a-f]{16}\.new$/;

const magic = Buffer.from('facestep presence 1\n', 'latin1');
const idBytes = 16;
const headerBytes = magic.length + idBytes;

/** A decrypted presentation. Its pictures are overwritten after the callback. */
export interface OpenedPresentation extends Captured {
  readonly person: string;
  readonly about: AboutPresentation;
}

export type Collection = ReturnType<typeof createCollection>;

type IsMeant = (participant: Participant) => boolean;

/**
 * Opens a folder and erases expired presentations.
 * @throws BadInput if there is no such folder, or if it has files of other programs; PresenceLocked;
 * FaceError `config_invalid`
 */
export async function openCollection(
  request: { readonly folder: string; readonly passphraseFile: string; readonly make: boolean },
  deps: Ports<'clock' | 'random'>,
) {
  const { folder, passphraseFile, make } = request;
  const keyFile = keyFileOf(folder);
  const passphrase = await readPassphrase(passphraseFile);
  if (!(await fileExists(keyFile))) {
    if (!make) throw new BadInput(`${folder} contains no presentations`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length > 0) throw new BadInput(`${folder} is not empty`);
    await createKeyFile(keyFile, passphrase, deps.random);
  }
  const collection = createCollection(folder, await openKeyFile(keyFile, passphrase, deps.random), deps);
  const now = deps.clock.now();
  return { collection, expired: await collection.erase(({ keepUntil }) => keepUntil <= now) };
}

/** Erases everything, keys first. The passphrase is not needed. @throws BadInput if there is no such folder */
export async function eraseCollection(folder: string): Promise<{ readonly presentations: number }> {
  const keyFile = keyFileOf(folder);
  if (!(await fileExists(keyFile))) throw new BadInput(`${folder} contains no presentations`);
  const names = await readdir(folder);
  // Drafts that a crash has left contain keys too.
  const keyDrafts = names.filter((name) => isDraftOf(basename(keyFile), name)).map((name) => join(folder, name));
  for (const file of [keyFile, ...keyDrafts]) {
    const keys = await open(file, 'r+');
    await overwrite(keys).finally(() => keys.close());
  }
  const sealed = names.filter((name) => sealedName.test(name));
  const drafts = names.filter((name) => draftName.test(name));
  for (const name of [...sealed, ...drafts]) await rm(join(folder, name), { force: true });
  // The key file identifies the folder, so it is removed last.
  for (const file of [...keyDrafts, keyFile]) await rm(file);
  return { presentations: sealed.length };
}

function createCollection(folder: string, keys: PresenceKeys, { random }: Ports<'random'>) {
  const listFiles = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => sealedName.test(name)).sort();

  const headerOf = async (name: string): Promise<Buffer> => {
    const file = await open(join(folder, name));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
      if (bytesRead !== headerBytes || !buffer.subarray(0, magic.length).equals(magic)) throw new PresenceLocked();
      return buffer;
    } finally {
      await file.close();
    }
  };

  return {
    admit: keys.admit,
    /** @returns false if the participant has no consent */
    async keep(person: string, about: AboutPresentation, photos: readonly Photo[]): Promise<boolean> {
      const owner = (await keys.list()).find((each) => each.person === person);
      if (owner === undefined) return false;
      const name = `${Buffer.from(random(16)).toString('hex')}.sealed`;
      const header = Buffer.concat([magic, owner.id]);
      const plain = encodePresentation(about, photos);
      const sealed = seal(plain, Buffer.concat([header, Buffer.from(name)]), owner.key, random);
      plain.fill(0);
      await replaceFile(join(folder, name), Buffer.concat([header, sealed]), random);
      return true;
    },
    async forEach(read: (opened: OpenedPresentation) => Promise<void>, isMeant: IsMeant): Promise<void> {
      const people = (await keys.list()).filter(isMeant);
      for (const name of await listFiles()) {
        const header = await headerOf(name);
        const id = header.subarray(magic.length);
        const owner = people.find((each) => id.equals(each.id));
        if (owner === undefined) continue;
        const bytes = await readFile(join(folder, name));
        const plain = unseal(bytes.subarray(headerBytes), Buffer.concat([header, Buffer.from(name)]), owner.key);
        await owningPhotos(async (own) => {
          const presentation = decodePresentation(plain, own);
          plain.fill(0);
          await read({ person: owner.person, ...presentation });
        });
      }
    },
    async erase(isMeant: IsMeant) {
      const people = (await keys.list()).filter(isMeant);
      if (people.length === 0) return { people: 0, presentations: 0 };
      await keys.forget(people);
      // The folder may also have files of erased participants, which a crash has left.
      const names = await listFiles();
      const left = await keys.list();
      let presentations = 0;
      for (const name of names) {
        const id = (await headerOf(name)).subarray(magic.length);
        if (left.some((each) => id.equals(each.id))) continue;
        await rm(join(folder, name));
        presentations += 1;
      }
      return { people: people.length, presentations };
    },
  };
}
