import { InvalidArgumentError } from 'commander';

/**
 * Reads a whole number of an option.
 * @param range.what - what is counted, for whoever gave something else
 * @throws InvalidArgumentError from what it returns
 */
export const wholeNumber =
  ({ least, most, what = '' }: { readonly least: number; readonly most: number; readonly what?: string }) =>
  (text: string): number => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number${what === '' ? '' : ` of ${what}`}, ${least} to ${most}.`);
  };
