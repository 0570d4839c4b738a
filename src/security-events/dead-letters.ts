import { open } from 'node:fs/promises';
import { z } from 'zod';
import { parseJsonAs } from '../core/base/json.js';
import type { Random } from '../core/ports.js';
import { readIfThere, removeUnfinishedLine, replaceFile } from '../files/durable-file.js';
import { eventNames } from './event-names.js';

const letterGuard = z.object({
  jti: z.string(),
  receiver: z.string(),
  event: z.enum(eventNames),
  sequence: z.int(),
  /** Name of the audit log with its record. Missing in files of earlier versions. */
  chain: z.string().nullable().default(null),
  /** Reason of the failure, if the receiver gave one. */
  reason: z.string(),
  time: z.iso.datetime(),
  /** True if an anonymous caller caused the event. Missing in files of earlier versions. */
  isAnonymous: z.boolean().default(false),
});

/** An event that is no longer retried. It contains no secret and identifies no user. */
export type DeadLetter = z.output<typeof letterGuard>;

const deliveredGuard = z.object({ jti: z.string(), deliveredAt: z.iso.datetime() });
type Delivered = z.output<typeof deliveredGuard>;

const lineGuard = z.union([deliveredGuard, letterGuard]);

/** Size above which only the newest dead letters are kept, in bytes: about 2,000 dead letters. */
const longestBytes = 512 * 1024;
const newestKept = 1000;

/** Maximum of dead letters that anonymous callers caused. Others are not stored. */
const mostAnonymous = 100;

/** One append at a time, because it may replace the file. */
let appending: Promise<unknown> = Promise.resolve();

/** Appends a line, synced to disk. @returns the number of the oldest dead letters that were removed to make room */
export function appendDeadLetter(
  file: string,
  line: DeadLetter | Delivered,
  { random }: { readonly random: Random },
): Promise<number> {
  const appended = appending.then(async () => {
    if ('isAnonymous' in line && line.isAnonymous) {
      const stored = await readDeadLetters(file);
      if (stored.filter(({ isAnonymous }) => isAnonymous).length >= mostAnonymous) return 0;
    }
    await removeUnfinishedLine(file);
    if ((await append(file, line)) <= longestBytes) return 0;
    const letters = await readDeadLetters(file);
    const kept = letters.slice(-newestKept);
    await replaceFile(file, kept.map(toLine).join(''), random);
    return letters.length - kept.length;
  });
  appending = appended.catch(() => {});
  return appended;
}

/** @returns the size of the file, in bytes */
async function append(file: string, line: DeadLetter | Delivered): Promise<number> {
  await using handle = await open(file, 'a', 0o600);
  await handle.appendFile(toLine(line));
  await handle.datasync();
  return (await handle.stat()).size;
}

const toLine = (line: DeadLetter | Delivered): string => `${JSON.stringify(line)}\n`;

/** Reads the undelivered dead letters, oldest first. Unreadable lines are skipped. */
export async function readDeadLetters(file: string): Promise<DeadLetter[]> {
  const text = (await readIfThere(file)) ?? '';
  const letters = new Map<string, DeadLetter>();
  for (const line of text.split('\n')) {
    const parsed = parseJsonAs(line, lineGuard);
    if (parsed === undefined) continue;
    if ('deliveredAt' in parsed) letters.delete(parsed.jti);
    else letters.set(parsed.jti, parsed);
  }
  return [...letters.values()];
}
