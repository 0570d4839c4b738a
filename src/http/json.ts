import jsonc from 'jsonc-parser';
import { FaceError } from '../errors.js';

/** A JSON string longer than any text field may be: a picture. Its bytes stay where they arrived, escapes included. */
export class LongText {
  constructor(readonly bytes: Buffer) {}
}

export type Scalar = string | number | boolean | null | LongText;
export type FlatValue = Scalar | readonly Scalar[];

/** No text field takes more. */
export const longTextBytes = 8 * 1024;

/** What remains when pictures are cut out: parsed by the slow, strict parser, so kept small. */
const maxSkeletonBytes = 64 * 1024;

const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);
const quote = 0x22;
const backslash = 0x5c;

const malformed = (reason: string): FaceError => new FaceError('request_malformed', { reason });

/**
 * Parses a body of one object whose values are scalars or lists of scalars: all that this API takes. Strict where
 * `JSON.parse` is lenient: duplicate names, names that reach a prototype and broken UTF-8 are refused. Pictures are cut
 * out before parsing, so that a body of 14 MB costs two searches for a byte and not a walk over its characters.
 * @throws FaceError `request_malformed`
 */
export function parseFlatJson(body: Buffer): Map<string, FlatValue> {
  const { text, longTexts } = cutLongTexts(body);
  const fields = new Map<string, FlatValue>();
  let isOpen = false;
  let name: string | null = null;
  let list: Scalar[] | null = null;
  jsonc.visit(
    text,
    {
      onObjectBegin: () => {
        if (isOpen) throw malformed('nested');
        isOpen = true;
      },
      onObjectProperty: (property, offset) => {
        if (forbiddenNames.has(property) || longTexts.has(offset)) throw malformed('name');
        if (fields.has(property)) throw malformed('duplicate');
        name = checkWellFormed(property);
      },
      onArrayBegin: () => {
        if (name === null || list !== null) throw malformed('nested');
        list = [];
        fields.set(name, list);
      },
      onArrayEnd: () => {
        list = null;
      },
      onLiteralValue: (value: string | number | boolean | null, offset) => {
        if (name === null) throw malformed('not an object');
        const scalar = longTexts.get(offset) ?? (typeof value === 'string' ? checkWellFormed(value) : value);
        if (list === null) fields.set(name, scalar);
        else list.push(scalar);
      },
      onError: () => {
        throw malformed('syntax');
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return fields;
}

function cutLongTexts(body: Buffer): { text: string; longTexts: ReadonlyMap<number, LongText> } {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const longTexts = new Map<number, LongText>();
  let text = '';
  const keep = (from: number, to: number): void => {
    if (text.length + to - from > maxSkeletonBytes) throw malformed('too much beside pictures');
    try {
      text += decoder.decode(body.subarray(from, to));
    } catch {
      throw malformed('utf-8');
    }
  };
  let kept = 0;
  let at = 0;
  for (let open = body.indexOf(quote, at); open !== -1; open = body.indexOf(quote, at)) {
    if (open - kept > maxSkeletonBytes) throw malformed('too much beside pictures');
    const close = findClosingQuote(body, open);
    if (close - open - 1 > longTextBytes) {
      keep(kept, open + 1);
      longTexts.set(text.length - 1, new LongText(body.subarray(open + 1, close)));
      kept = close;
    }
    at = close + 1;
  }
  keep(kept, body.length);
  return { text, longTexts };
}

/** Escaped quotes are looked at one by one, but only as far as a text field may reach: no picture holds any. */
function findClosingQuote(body: Buffer, open: number): number {
  for (let close = body.indexOf(quote, open + 1); close !== -1; close = body.indexOf(quote, close + 1)) {
    if (body[close - 1] !== backslash) return close;
    if (close - open > longTextBytes) break;
    let first = close - 1;
    while (body[first - 1] === backslash) first -= 1;
    if ((close - first) % 2 === 0) return close;
  }
  throw malformed('string without end');
}

/** Half a surrogate pair has no UTF-8 form: two such texts would be hashed alike. */
function checkWellFormed(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw malformed('utf-16');
  return text;
}
