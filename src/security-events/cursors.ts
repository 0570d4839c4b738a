import { z } from 'zod';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { readIfThere, replaceFile } from '../files/durable-file.js';

/** The former version accepts no other fields. It ignores streams that it does not know, such as parked records. */
const cursorsGuard = z.object({ chain: z.string(), receivers: z.record(z.string(), z.int().min(0)) });

/** Name of a stream's parked record among the streams: an earlier record of which an event is still to be delivered. */
const toParked = (stream: string, sequence: number): string => `parked ${sequence} ${stream}`;

/** Opens the file of positions. If a new audit log was started, known streams begin at its start. */
export async function openCursors(
  file: string,
  options: { readonly chain: string; readonly streams: ReadonlyMap<string, number>; readonly random: Random },
) {
  const { chain, streams, random } = options;
  const kept = await readCursors(file);
  const startOf = (stream: string, whenNew: number): number => {
    const known = kept?.receivers[stream];
    if (known === undefined) return whenNew;
    return kept?.chain === chain ? known : 0;
  };
  const cursors = new Map([...streams].map(([stream, whenNew]) => [stream, startOf(stream, whenNew)]));
  const known = kept?.chain === chain ? Object.entries(kept.receivers) : [];
  const findParked = (stream: string): readonly number[] =>
    known.flatMap(([name, sequence]) => (name === toParked(stream, sequence) ? [sequence] : []));
  const parked = new Map([...streams.keys()].map((stream) => [stream, findParked(stream)]));
  let queue: Promise<unknown> = Promise.resolve();
  const toText = (): string => {
    const all = [...parked].flatMap(([stream, each]) => each.map((at) => [toParked(stream, at), at] as const));
    return JSON.stringify({ chain, receivers: Object.fromEntries([...cursors, ...all]) });
  };
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
    of: (stream: string): number => cursors.get(stream) ?? 0,
    parkedOf: (stream: string): readonly number[] => parked.get(stream) ?? [],
    /** Stores a stream's position in the audit log, and its parked records, synced to disk. */
    advance(stream: string, sequence: number, waiting: readonly number[]): Promise<void> {
      cursors.set(stream, sequence);
      parked.set(stream, [...waiting]);
      return writeInTurn();
    },
    forget(stream: string): Promise<void> {
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
