/* A roster: names with their tokens. A token can be opened only by the server that made it, and only with the face. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
// In your project: '@facestep/client'.
import type { FacestepClient } from '../../client/index.js';

/**
 * Every token adds a risk of a false accept. The strictest accuracy level supports up to 500 people, each enrolled with
 * three photos.
 */
const binding = { scope: 'door:main', accuracy: 8 };

const rosterGuard = z.array(z.object({ name: z.string(), token: z.string() }));
type Entries = z.infer<typeof rosterGuard>;

type RosterStore = ReturnType<typeof createMemoryStore>;

export function createRoster(facestep: Pick<FacestepClient, 'identify' | 'generate'>, { read, write }: RosterStore) {
  const search = async (entries: Entries, photos: Uint8Array[]) =>
    entries.length === 0
      ? null
      : facestep.identify(
          entries.map(({ token }) => token),
          photos,
          binding,
        );

  return {
    names: (): readonly string[] => read().map(({ name }) => name),

    /**
     * Enrols a person once. Two tokens of one person would both match, and the door would stay closed. A name belongs
     * to one person until their token becomes unusable.
     * @returns false if the face or the name is already in the roster
     */
    async enrol(name: string, photos: Uint8Array[]): Promise<boolean> {
      const entries = read();
      const found = await search(entries, photos);
      const isNobody = found === null || found.outcome === 'nobody';
      const known = entries[found?.position ?? -1]?.name;
      const isTaken = entries.some((entry, at) => entry.name === name && found?.unusable.includes(at) !== true);
      if ((!isNobody || isTaken) && known !== name) return false;
      const { token } = await facestep.generate(photos, binding);
      const toNext = () => [...read().filter((entry) => entry.name !== name), { name, token }];
      // Try the new roster first: one that the server refuses would close the door for everyone.
      await search(toNext(), photos);
      write(toNext());
      return true;
    },

    /** Returns the name; `null` if no one or more than one person matches. */
    async whoIsThere(photos: Uint8Array[]): Promise<string | null> {
      const entries = read();
      const position = (await search(entries, photos))?.position ?? null;
      return position === null ? null : (entries[position]?.name ?? null);
    },

    remove: (name: string): void => write(read().filter((entry) => entry.name !== name)),
  };
}

export type Roster = ReturnType<typeof createRoster>;

export const createFileStore = (file: string): RosterStore => ({
  read: () => (existsSync(file) ? rosterGuard.parse(JSON.parse(readFileSync(file, 'utf8'))) : []),
  write: (entries) => writeFileSync(file, JSON.stringify(entries, null, 2), { mode: 0o600 }),
});

export function createMemoryStore() {
  let entries: Entries = [];
  return {
    read: () => entries,
    write(written: Entries): void {
      entries = written;
    },
  };
}
