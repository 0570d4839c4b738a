import { appendFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Ports } from '../core/deps.js';
import type { Jobs } from '../core/jobs.js';
import type { Audit, Signer } from '../core/ports.js';
import { hexDigestOf } from '../core/secrets.js';
import { type EpochMs, toIso } from '../core/units.js';
import { toCode } from '../errors.js';
import { removeUnfinishedLine } from '../files/durable-file.js';
import { findFirstLink } from './chain.js';
import { readUncompressed } from './compressed.js';
import type { Trail } from './file.js';
import { findLinesIn } from './read.js';
import { openSegments } from './segments.js';
import { headsFileOf } from './trail-files.js';

/**
 * Returns true if an audit log contains a record, or if retention may have removed the record.
 * @param record.digest - SHA-256 of the record's line
 */
export async function holdsRecord(
  file: string,
  { sequence, digest }: { readonly sequence: number; readonly digest: string },
): Promise<boolean> {
  const first = await findFirstSequence(file);
  if (first !== null && first > sequence) return true;
  for await (const segment of openSegments(file, sequence - 1)) {
    for await (const line of findLinesIn(readUncompressed(segment), [`"sequence":${sequence},`])) {
      if (hexDigestOf(line) === digest) return true;
    }
  }
  return false;
}

export const findFirstSequence = async (file: string): Promise<number | null> =>
  (await findFirstLink(file))?.sequence ?? null;

export const headType = 'facestep-audit-head+jwt';

/** Head: signed statement about the end of an audit log. */
export const headGuard = z.object({
  chain: z.string(),
  sequence: z.int().min(1),
  /** SHA-256 of the last record's line, in hexadecimal. */
  digest: z.string().length(64),
  time: z.iso.datetime(),
});
export type Head = z.output<typeof headGuard>;

export const headKeyOf = (chain: string): string => `audit-head:${chain}`;

const secondsBetween = 60;
const recordsBetween = 1000;

export interface HeadDeps extends Ports<'state' | 'clock' | 'log' | 'signer'> {
  readonly jobs: Jobs;
  readonly onHeadAge: (seconds: number) => void;
}

/**
 * Signs the end of the trail every 60 seconds or 1,000 records, and on close. Each head is also in the state store, so
 * that truncating the trail and its heads is noticed.
 * @returns the audit log to append to
 */
export async function signHeads(trail: Trail, deps: HeadDeps): Promise<Audit> {
  const { signer, clock, log, jobs, onHeadAge } = deps;
  const headsFile = headsFileOf(trail.file);
  const keep = createHeadKeeper(trail.file, deps);
  await removeUnfinishedLine(headsFile);
  let signed = 0;
  let unsigned = 0;
  let unsignedSince: EpochMs | null = null;

  const sign = async (): Promise<void> => {
    const waitedSince = unsignedSince;
    unsigned = 0;
    unsignedSince = null;
    try {
      // Records are synced first, so that a crash cannot lose signed ones.
      const { sequence, recordDigest: digest, time } = await trail.sync();
      if (time === null || sequence === signed) return onHeadAge(0);
      const head: Head = { chain: trail.chain, sequence, digest, time: toIso(time) };
      const jws = await signer.sign(headType, head);
      await removeUnfinishedLine(headsFile);
      await appendFile(headsFile, `${jws}\n`, { mode: 0o600 });
      log.info('audit head', { chain: head.chain, sequence, head: jws });
      await keep(head, jws);
      signed = sequence;
      onHeadAge(0);
    } catch (error) {
      unsignedSince = waitedSince ?? unsignedSince;
      onHeadAge(unsignedSince === null ? 0 : (clock.now() - unsignedSince) / 1000);
      throw error;
    }
  };
  const job = jobs.start({ name: 'audit_heads', everySec: secondsBetween, run: sign });

  return {
    async append(event) {
      await trail.append(event);
      unsigned += 1;
      unsignedSince ??= clock.now();
      if (unsigned === recordsBetween) void job.runNow();
    },
    async close() {
      await job.stop();
      await job.runNow();
      await trail.close();
    },
  };
}

/**
 * Creates the function that stores the newest head. If the log does not contain the record of the stored head, that
 * head is not overwritten: it is evidence that the log was truncated or its folder copied.
 */
function createHeadKeeper(file: string, { state, signer, log }: HeadDeps): (head: Head, jws: string) => Promise<void> {
  let written: string | null = null;
  return async (head, jws) => {
    const key = headKeyOf(head.chain);
    const found = await state.read(key);
    const kept = found === null || found.value === written ? null : await readKeptHead(found.value, signer);
    if (kept !== null && !(await holdsRecord(file, kept))) {
      log.error('audit trail does not match its signed head', { sequence: head.sequence, signed: kept.sequence });
      return;
    }
    const when = found === null ? 'absent' : { revision: found.revision };
    if (await state.write(key, jws, { when, expiresAt: null })) written = jws;
  };
}

/** Returns `null` if the value is no head, or its signing key is missing. */
async function readKeptHead(value: unknown, signer: Signer): Promise<Head | null> {
  const jws = z.string().safeParse(value);
  if (!jws.success) return null;
  try {
    return headGuard.parse(await signer.verify(headType, jws.data));
  } catch (error) {
    if (error instanceof z.ZodError || toCode(error) === 'receipt_invalid') return null;
    throw error;
  }
}
