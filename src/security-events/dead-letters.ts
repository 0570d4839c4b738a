import { open } from 'node:fs/promises';
import { z } from 'zod';
import { readIfThere, removeUnfinishedLine } from '../files/durable-file.js';
import { eventNames } from './event-names.js';

const letterGuard = z.object({
  jti: z.string(),
  receiver: z.string(),
  event: z.enum(eventNames),
  sequence: z.int(),
  /** Reason of the failure, if the receiver gave one. */
  reason: z.string(),
  time: z.iso.datetime(),
});

/** An event that is no longer retried. It contains no secret and identifies no user. */
export type DeadLetter = z.output<typeof letterGuard>;

const deliveredGuard = z.object({ jti: z.string(), deliveredAt: z.iso.datetime() });
type Delivered = z.output<typeof deliveredGuard>;

const lineGuard = z.union([deliveredGuard, letterGuard]);

export async function appendDeadLetter(file: string, line: DeadLetter | Delivered): Promise<void> {
  await removeUnfinishedLine(file);
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.appendFile(`${JSON.stringify(line)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Reads the undelivered dead letters, oldest first. Unreadable lines are skipped. */
export async function readDeadLetters(file: string): Promise<DeadLetter[]> {
  const text = (await readIfThere(file)) ?? '';
  const letters = new Map<string, DeadLetter>();
  for (const line of text.split('\n')) {
    const parsed = parseLine(line);
    if (parsed === null) continue;
    if ('deliveredAt' in parsed) letters.delete(parsed.jti);
    else letters.set(parsed.jti, parsed);
  }
  return [...letters.values()];
}

function parseLine(line: string): z.output<typeof lineGuard> | null {
  try {
    return lineGuard.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
