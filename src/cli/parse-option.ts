import { InvalidArgumentError } from '@commander-js/extra-typings';
import { z } from 'zod';
import { safeUrlGuard } from '../config/safe-url.js';
import { fromIso, toIso } from '../core/units.js';

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
