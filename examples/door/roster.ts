/*
 * Who may enter: names with their tokens. The tokens are of no use without the server that made them, and without the face.
 */
import { z } from 'zod';
// In a project of yours: '@facestep/client'.
import type { FacestepClient } from '../../client/index.js';

/** Every token is a chance for a stranger, so the strictest level: it carries 500 people, and takes three photos of each. */
const binding = { scope: 'door:main', accuracy: 8 };

/** As it is kept. */
export const rosterGuard = z.array(z.object({ name: z.string(), token: z.string() }));
type Entries = z.infer<typeof rosterGuard>;

/** Where it is kept. */
export interface RosterStore {
  read(): Entries;
  write(entries: Entries): void;
}

/** The roster of one door. */
export function createRoster(facestep: Pick<FacestepClient, 'identify' | 'generate'>, { read, write }: RosterStore) {
  /** What the server finds; `null` where there is nobody to look for. */
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
     * Nobody stands on the roster twice: two tokens of one person match together, and then the door would open for neither.
     * A name stands for one person: nobody but they take its place, as long as their token is of use.
     * @returns whether the person is on it now: not where their face or their name is, with another name or face
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
      // A roster that the server does not search would close the door for all.
      await search(toNext(), photos);
      write(toNext());
      return true;
    },

    /** Who it is; `null`: nobody, or more than one. */
    async whoIsThere(photos: Uint8Array[]): Promise<string | null> {
      const entries = read();
      const position = (await search(entries, photos))?.position ?? null;
      return position === null ? null : (entries[position]?.name ?? null);
    },

    remove: (name: string): void => write(read().filter((entry) => entry.name !== name)),
  };
}

export type Roster = ReturnType<typeof createRoster>;

/** Kept as long as the program runs. */
export function createMemoryStore(): RosterStore {
  let entries: Entries = [];
  return {
    read: () => entries,
    write(written) {
      entries = written;
    },
  };
}
