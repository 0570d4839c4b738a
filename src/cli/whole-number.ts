import { InvalidArgumentError } from 'commander';

/**
 * Reads a whole number of an option.
 * @param digits - at most so many
 * @param from - the least: 1 is written without zeros before it
 * @param what - what is counted, for whoever gave something else
 * @throws InvalidArgumentError from what it returns
 */
export const wholeNumber =
  ({ digits, from, what = '' }: { readonly digits: number; readonly from: 0 | 1; readonly what?: string }) =>
  (text: string): number => {
    const isOne = from === 0 ? /^\d+$/.test(text) : /^[1-9]\d*$/.test(text);
    const expected = `Expected a whole number${what === '' ? '' : ` of ${what}`}${from === 0 ? '' : ', from 1'}.`;
    if (!isOne || text.length > digits) throw new InvalidArgumentError(expected);
    return Number(text);
  };
