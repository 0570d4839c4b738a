import { z } from 'zod';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { readIfThere, replaceFile } from '../files/durable-file.js';

const sequenceGuard = z.int().min(0);

const cursorsGuard = z.object({
  chain: z.string(),
  receivers: z.record(z.string(), sequenceGuard),
  /** Earlier records of which an event is still to be delivered. Commits until 1083d168 wrote them as `receivers`. */
  parked: z.record(z.string(), z.array(sequenceGuard)).optional(),
});

export interface Cursors {
  of(stream: string): number;
  parkedOf(stream: string): readonly number[];
  /** Stores a stream's position in the audit log, and its parked records, synced to disk. */
  advance(stream: string, sequence: number, parked: readonly number[]): Promise<void>;
  forget(stream: string): Promise<void>;
}

/** Opens the file of positions. If a new audit log was started, known streams begin at its start. */
export async function openCursors(
  file: string,
  options: { readonly chain: string; readonly streams: ReadonlyMap<string, number>; readonly random: Random },
): Promise<Cursors> {
  const { chain, streams, random } = options;
  const kept = await readCursors(file);
  const startOf = (stream: string, whenNew: number): number => {
    const known = kept?.receivers[stream];
    if (known === undefined) return whenNew;
    return kept?.chain === chain ? known : 0;
  };
  const cursors = new Map([...streams].map(([stream, whenNew]) => [stream, startOf(stream, whenNew)]));
  const known = kept?.chain === chain ? kept : { receivers: {}, parked: undefined };
  const findParked = (stream: string): readonly number[] =>
    known.parked === undefined
      ? Object.entries(known.receivers).flatMap(([name, at]) => (name === `parked ${at} ${stream}` ? [at] : []))
      : (known.parked[stream] ?? []);
  const parked = new Map([...streams.keys()].map((stream) => [stream, findParked(stream)]));
  let queue: Promise<unknown> = Promise.resolve();
  const toText = (): string =>
    JSON.stringify({ chain, receivers: Object.fromEntries(cursors), parked: Object.fromEntries(parked) });
  const write = (): Promise<void> => replaceFile(file, toText(), random);
  const writeInTurn = (): Promise<void> => {
    const written = queue.then(write);
    queue = written.catch(() => {});
    return written;
  };
  await write().catch((cause: unknown) => {
    throw unavailable(cause);
  });
  return {
    of: (stream) => cursors.get(stream) ?? 0,
    parkedOf: (stream) => parked.get(stream) ?? [],
    advance(stream, sequence, waiting) {
      cursors.set(stream, sequence);
      parked.set(stream, [...waiting]);
      return writeInTurn();
    },
    forget(stream) {
      cursors.delete(stream);
      parked.delete(stream);
      return writeInTurn();
    },
  };
}

async function readCursors(file: string): Promise<z.output<typeof cursorsGuard> | null> {
  try {
    const text = await readIfThere(file);
    return text === null ? null : cursorsGuard.parse(JSON.parse(text));
  } catch (cause) {
    throw unavailable(cause);
  }
}

const unavailable = (cause: unknown): FaceError =>
  new FaceError('state_unavailable', { store: 'security events' }, { cause });
