import { join, resolve } from 'node:path';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { z } from 'zod';
import { closedSegmentsOf } from '../audit/trail-files.js';
import { type FilesConfig, fileExists, filesOf } from '../config/data-files.js';
import { safeUrlGuard } from '../config/safe-url.js';
import { fromIso, toIso } from '../core/units.js';
import { UsageError } from './command-error.js';

export const findTrails = async (named: readonly string[], config: FilesConfig): Promise<string[]> =>
  named.length === 0 ? [await findOwnTrail(config)] : findNamedTrails(named);

/**
 * Finds audit logs in data folders or files.
 * @throws UsageError if a folder or file has no audit log
 */
export async function findNamedTrails(named: readonly string[]): Promise<string[]> {
  const files = named.map((path) => (path.endsWith('.jsonl') ? path : join(path, 'audit.jsonl')));
  for (const file of files) await checkTrail(file);
  return files;
}

/** Finds the audit log of the configured server. @throws UsageError if no server has run with its data folder */
async function findOwnTrail(config: FilesConfig): Promise<string> {
  const { audit } = filesOf(config);
  await checkTrail(audit);
  return audit;
}

async function checkTrail(file: string): Promise<void> {
  const isTrail = (await fileExists(file)) || (await closedSegmentsOf(file)).length > 0;
  if (!isTrail)
    throw new UsageError(
      `there is no audit trail ${resolve(file)}`,
      'Run the command in the folder of the server, or set FACESTEP_DATA to the data folder of the server.',
    );
}

/** Returns a parser of option values. @param expected - the error for another value */
export const parsing =
  <Guard extends z.ZodType>(guard: Guard, expected: string) =>
  (text: string): z.output<Guard> => {
    const parsed = guard.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(expected);
  };

export const wholeNumber = (least: number, most: number, what = ''): ((text: string) => number) =>
  parsing(
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(least).max(most)),
    `Expected a whole number${what === '' ? '' : ` of ${what}`}, ${least} to ${most}.`,
  );

const timeGuard = z.union([z.iso.date(), z.iso.datetime()]).transform(fromIso);
const timeExpected = 'Expected a day such as 2026-11-20, or a time such as 2026-11-20T08:00:00Z.';

export const parseTime = parsing(timeGuard, timeExpected);

/** Parses a time, as the admin API takes it. */
export const parseIsoTime = parsing(timeGuard.transform(toIso), timeExpected);

export const parseUrl = parsing(
  z
    .string()
    .transform((text) => text.replace(/\/+$/, ''))
    .pipe(safeUrlGuard),
  'Expected an https address; http only for this machine.',
);

export const collect = (value: string, former: readonly string[] = []): readonly string[] => [...former, value];
