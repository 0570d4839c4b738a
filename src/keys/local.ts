import { createHmac } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { KeyMaterial } from '../core/concealed.js';
import type { Keys, KeyVersion, Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { createFile, draftEnd, parseKeyJson, readPrivateFile, syncFolder, writeBeside } from './durable-file.js';

const keyBytes = 32;
const lastVersion = 65_535;

const keyGuard = z
  .base64url()
  .transform((text) => Buffer.from(text, 'base64url'))
  .refine((bytes) => bytes.length === keyBytes);

const versionGuard = z.int().min(1).max(lastVersion);

/** What the file holds: a key for each version that is not retired. */
const fileGuard = z
  .strictObject({
    format: z.literal('facestep-keys-1'),
    current: versionGuard,
    keys: z.array(z.strictObject({ version: versionGuard, key: keyGuard })),
  })
  .refine(({ current, keys }) => keys.some(({ version }) => version === current))
  .refine(({ keys }) => new Set(keys.map(({ version }) => version)).size === keys.length)
  .refine(({ current, keys }) => keys.every(({ version }) => version <= current));

interface KeyRing {
  readonly current: KeyVersion;
  readonly keys: ReadonlyMap<KeyVersion, Uint8Array>;
}

/** `Keys` over one file, with what an administrator does to them. */
export interface LocalKeys extends Keys {
  /** Adds a key and makes it the current one; tokens under older keys keep verifying. @returns its version */
  rotate(): Promise<KeyVersion>;
  /**
   * Removes the key of a version from the file: every token under it becomes useless. Backups of the file, and a disk
   * that keeps overwritten blocks, still hold it.
   * @throws FaceError `request_malformed`: the current version, `token_key_retired`: no such key is held
   */
  retire(version: KeyVersion): Promise<void>;
}

async function readRing(file: string): Promise<KeyRing | null> {
  const text = await readPrivateFile(file, 'keys');
  if (text === null) return null;
  const parsed = fileGuard.safeParse(parseKeyJson(text));
  if (!parsed.success) throw new FaceError('config_invalid', { setting: 'keys', problem: 'not a key file' });
  const { current, keys } = parsed.data;
  return { current, keys: new Map(keys.map(({ version, key }) => [version, key])) };
}

function renderRing({ current, keys }: KeyRing): string {
  const entries = [...keys].map(([version, key]) => ({ version, key: Buffer.from(key).toString('base64url') }));
  return `${JSON.stringify({ format: 'facestep-keys-1', current, keys: entries }, null, 2)}\n`;
}

/** Removes what a crash left half done: it may hold keys that are retired later. */
async function removeDrafts(file: string): Promise<void> {
  const [folder, name] = [dirname(file), basename(file)];
  const drafts = (await readdir(folder)).filter(
    (each) => each.startsWith(name) && draftEnd.test(each.slice(name.length)),
  );
  for (const draft of drafts) await rm(join(folder, draft), { force: true });
}

/** The ring in the file; makes the file where there is none. Of several processes that start at once, one makes it. */
async function openRing(file: string, random: Random): Promise<KeyRing> {
  const existing = await readRing(file);
  if (existing !== null) return existing;
  await createFile(file, renderRing({ current: 1, keys: new Map([[1, random(keyBytes)]]) }), random);
  const made = await readRing(file);
  if (made === null) throw new FaceError('config_invalid', { setting: 'keys', problem: 'unreadable' });
  return made;
}

/**
 * Keys in one JSON file of mode 0600, made at first start: back it up, for without it every token is lost. A process
 * sees the changes another made at its next start or its own next change.
 * @param file - where the keys are; its folder exists
 * @throws FaceError `config_invalid`: readable by others, or not a key file
 */
export async function createLocalKeys({
  file,
  random,
}: {
  readonly file: string;
  readonly random: Random;
}): Promise<LocalKeys> {
  let ring = await openRing(file, random).catch((error: unknown) => {
    if (error instanceof FaceError) throw error;
    throw new FaceError('config_invalid', { setting: 'keys', problem: 'cannot be written' }, { cause: error });
  });
  let lastChange: Promise<unknown> = Promise.resolve();

  /** Replaces the ring, one change after the other; the file first, so that a crash forgets no key in use. */
  function change<T>(step: (from: KeyRing) => { readonly to: KeyRing; readonly result: T }): Promise<T> {
    const changed = lastChange.then(async () => {
      const { to, result } = step((await readRing(file)) ?? ring);
      const draft = await writeBeside(file, renderRing(to), random);
      await rename(draft, file).catch(async (error: unknown) => {
        await rm(draft, { force: true });
        throw error;
      });
      await removeDrafts(file);
      await syncFolder(file);
      ring = to;
      return result;
    });
    lastChange = changed.catch(() => undefined);
    return changed;
  }

  return {
    currentVersion: async () => ring.current,
    mac: async (version, message) => {
      const key = ring.keys.get(version);
      if (key === undefined) throw new FaceError('token_key_retired');
      return new KeyMaterial(createHmac('sha256', key).update(message).digest());
    },
    rotate: () =>
      change(({ current, keys }) => {
        const version = current + 1;
        if (version > lastVersion)
          throw new FaceError('config_invalid', { setting: 'keys', problem: 'no version left' });
        return { to: { current: version, keys: new Map([...keys, [version, random(keyBytes)]]) }, result: version };
      }),
    retire: (version) =>
      change(({ current, keys }) => {
        if (version === current) throw new FaceError('request_malformed');
        const retired = keys.get(version);
        if (retired === undefined) throw new FaceError('token_key_retired');
        return {
          to: { current, keys: new Map([...keys].filter(([held]) => held !== version)) },
          result: undefined,
        };
      }),
  };
}
