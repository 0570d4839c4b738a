import { InvalidArgumentError } from 'commander';

export const wholeNumber =
  ({ least, most, what = '' }: { readonly least: number; readonly most: number; readonly what?: string }) =>
  (text: string): number => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number${what === '' ? '' : ` of ${what}`}, ${least} to ${most}.`);
  };
