import { z } from 'zod';
import { count, formatHits, percent, range, share } from '../measure/accuracy/markdown.js';

/*
 * HTML comments enclose the figures in the docs, as in
 * `<!-- accuracy/accuracy.json multi.4.1x1.fmr share -->6.9e-6<!-- / -->`. The first comment names a file below docs, a
 * path in that file, and a format.
 */

const mark = /<!-- ([\w/-]+\.json) (\S+) ([\w-]+) -->(.*?)<!-- \/ -->/g;

const rate = z.number();
const interval = z.tuple([rate, rate]);
const counted = z.union([
  z.object({ hits: z.number(), trials: z.number(), interval }),
  z
    .object({ passed: z.number(), of: z.number(), interval })
    .transform(({ passed, of, ...rest }) => ({ hits: passed, trials: of, ...rest })),
]);
const rated = z.object({ rate, interval });
const to = (text: string): string => text.replace(' – ', ' to ');

const formats = {
  share: (value) => share(rate.parse(value)),
  percent: (value) => percent(rate.parse(value)),
  count: (value) => count(rate.parse(value)),
  'share-range': (value) => to(range(interval.parse(value), share)),
  'percent-range': (value) => to(range(interval.parse(value), percent)),
  counts: (value) => {
    const { hits, trials } = counted.parse(value);
    return `${hits} of ${trials}`;
  },
  'counts-range': (value) => {
    const { hits, trials, interval } = counted.parse(value);
    return formatHits(hits, trials, interval);
  },
  'rate-range': (value) => {
    const { rate, interval } = rated.parse(value);
    return `${percent(rate)} (${to(range(interval, percent))})`;
  },
  plain: (value) => String(rate.parse(value)),
  decimal: (value) => rate.parse(value).toFixed(1),
  thousandths: (value) => rate.parse(value).toFixed(3),
  megabytes: (value) => `${Math.round(rate.parse(value) / 1e6)} MB`,
  text: (value) => z.string().parse(value),
} satisfies Record<string, (value: unknown) => string>;

const isFormat = (name: string): name is keyof typeof formats => Object.hasOwn(formats, name);

function valueAt(stored: unknown, place: string): unknown {
  return place.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
      throw new Error(`nothing at ${place}`);
    return Object.entries(value).find(([name]) => name === key)?.[1];
  }, stored);
}

/** @throws Error for an unknown result or format */
export const writeFigures = (page: string, readStored: (file: string) => unknown): string =>
  page.replace(mark, (_whole, file: string, place: string, format: string) => {
    if (!isFormat(format)) throw new Error(`${file} ${place}: no figure is written as ${format}`);
    return `<!-- ${file} ${place} ${format} -->${formats[format](valueAt(readStored(file), place))}<!-- / -->`;
  });

export const countFigures = (page: string): number => [...page.matchAll(mark)].length;
