import type { FaceError } from '../errors.js';
import { networksOf } from './networks.js';

/** Pictures of one check. After the engine refuses one picture, the remaining pictures are not decoded. */
interface PictureRow {
  readonly refusal: FaceError | null;
  /** Records a refused picture. @param tookMs - time of the worker, in milliseconds */
  onRefused(error: FaceError, tookMs: number): void;
}

/** A caller among those who share a resource. */
export interface Share {
  /** Known callers go first: client tokens, and users who signed in or for whom the provider vouches. */
  readonly class: 'known' | 'anonymous';
  /** Key of the caller. Callers of the same class take turns. */
  readonly source: string;
}

/** A caller's place in the queue for engine or Argon2id work. */
export interface QueueShare extends Share {
  /** Absent if the pictures are independent of each other. */
  readonly row?: PictureRow;
}

export const knownShare = (source: string): QueueShare => ({ class: 'known', source });

export const soleShare = knownShare('this program');

/** Returns the queue place of an anonymous caller. All addresses of an IPv6 /48 together take one turn. */
export const anonymousShare = (source: string): QueueShare => ({
  class: 'anonymous',
  source: networksOf(source)[0]?.name ?? source,
});

interface Entry<Job> {
  readonly job: Job;
  readonly size: number;
}

interface Line<Job> {
  readonly entries: Entry<Job>[];
  size: number;
}

export interface FairQueue<Job> {
  readonly length: number;
  /**
   * @returns the jobs that were removed from a full queue: the newest jobs of the source that has the most jobs in this
   * class, or `job` itself
   */
  push(job: Job, share: Share, size: number): readonly Job[];
  /**
   * Adds the next part of a job that has already begun. This part precedes all other jobs of its class and does not
   * count toward the capacity.
   */
  pushBegun(job: Job, share: Share): void;
  /** @param only - with `known`, only jobs of known callers are taken */
  shift(only?: 'known'): Job | undefined;
  clear(): readonly Job[];
}

class Lines<Job> {
  readonly begun: Job[] = [];
  readonly #lines = new Map<string, Line<Job>>();
  readonly #limit: number;
  #size = 0;
  length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(job: Job, source: string, size: number): readonly Job[] {
    const given = this.#findRoom(source, size);
    if (given === null) return [job];
    const dropped = given.flatMap((each) => this.#dropNewest(each));
    const line = this.#lines.get(source) ?? { entries: [], size: 0 };
    line.entries.push({ job, size });
    line.size += size;
    this.#lines.set(source, line);
    this.#size += size;
    this.length += 1;
    return dropped;
  }

  shift(): Job | undefined {
    const begun = this.begun.shift();
    if (begun !== undefined) return begun;
    for (const [source, line] of this.#lines) {
      this.#lines.delete(source);
      const first = line.entries.shift();
      if (first === undefined) continue;
      line.size -= first.size;
      this.#size -= first.size;
      this.length -= 1;
      if (line.entries.length > 0) this.#lines.set(source, line);
      return first.job;
    }
    return undefined;
  }

  /**
   * Returns the sources from which a job must be removed, one entry per job, to fit a job of `size`. Returns `null` if
   * no source has more in the queue than this one.
   */
  #findRoom(source: string, size: number): readonly string[] | null {
    if (this.#size + size <= this.#limit) return [];
    const left = new Map([...this.#lines].map(([name, { entries }]) => [name, entries.map((entry) => entry.size)]));
    const sizeOf = (sizes: readonly number[]): number => sizes.reduce((sum, each) => sum + each, 0);
    const own = sizeOf(left.get(source) ?? []) + size;
    const given: string[] = [];
    for (let room = this.#limit - this.#size; room < size; ) {
      const [longest] = [...left].toSorted(([, one], [, other]) => sizeOf(other) - sizeOf(one));
      if (longest === undefined || sizeOf(longest[1]) <= own) return null;
      room += longest[1].pop() ?? 0;
      given.push(longest[0]);
    }
    return given;
  }

  #dropNewest(source: string): readonly Job[] {
    const line = this.#lines.get(source);
    const last = line?.entries.pop();
    if (line === undefined || last === undefined) return [];
    if (line.entries.length === 0) this.#lines.delete(source);
    line.size -= last.size;
    this.#size -= last.size;
    this.length -= 1;
    return [last.job];
  }
}

/**
 * Creates a queue in which known callers precede anonymous ones, and sources take turns. Each class has its own
 * capacity.
 */
export function createFairQueue<Job>(limit: number): FairQueue<Job> {
  const lines = { known: new Lines<Job>(limit), anonymous: new Lines<Job>(limit) };
  const shift = (only?: 'known'): Job | undefined =>
    lines.known.shift() ?? (only === undefined ? lines.anonymous.shift() : undefined);
  const lengthOf = (each: Lines<Job>): number => each.length + each.begun.length;
  return {
    get length() {
      return lengthOf(lines.known) + lengthOf(lines.anonymous);
    },
    push: (job, share, size) => lines[share.class].push(job, share.source, size),
    pushBegun(job, share) {
      lines[share.class].begun.push(job);
    },
    shift,
    clear() {
      const all: Job[] = [];
      for (let job = shift(); job !== undefined; job = shift()) all.push(job);
      return all;
    },
  };
}
