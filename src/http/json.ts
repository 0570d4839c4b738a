import jsonc from 'jsonc-parser';
import { FaceError } from '../errors.js';

/** A text longer than any text field, such as a picture. Its bytes are not copied and still contain escapes. */
export class LongText {
  constructor(readonly bytes: Buffer) {}
}

export type Scalar = string | number | boolean | null | LongText;
export type FieldValue = Scalar | readonly FieldValue[] | { readonly [name: string]: FieldValue };

export const longTextBytes = 8 * 1024;

/** Maximum size without pictures, because the strict parser is slow. */
const maxSkeletonBytes = 64 * 1024;

const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);
/** Maximum nesting, including the body itself. */
const maxDepth = 4;

const quote = 0x22;
const backslash = 0x5c;

const malformed = (reason: string): FaceError => new FaceError('request_malformed', { reason });

type Opened = { readonly members: Map<string, FieldValue>; name: string } | { readonly items: FieldValue[] };

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Parses one object. A byte order mark before it is ignored (RFC 8259, section 8.1). The parser refuses duplicate names, `__proto__` and similar names, deep nesting and invalid UTF-8.
 * Pictures are cut out first, so that even 14 MB are fast.
 */
export function parseJsonFields(body: Buffer): Map<string, FieldValue> {
  const isMarked = body.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const { text, longTexts } = cutLongTexts(isMarked ? body.subarray(byteOrderMark.length) : body);
  const fields = new Map<string, FieldValue>();
  const opened: Opened[] = [];
  const open = (what: Opened): void => {
    if (opened.length === maxDepth) throw malformed('The JSON has more than four levels.');
    opened.push(what);
  };
  const put = (value: FieldValue): void => {
    const around = opened.at(-1);
    if (around === undefined) throw malformed('The body must be one JSON object.');
    if ('items' in around) around.items.push(value);
    else around.members.set(around.name, value);
  };
  jsonc.visit(
    text,
    {
      onObjectBegin: () => open({ members: opened.length === 0 ? fields : new Map(), name: '' }),
      onObjectProperty: (property, offset) => {
        const around = opened.at(-1);
        if (around === undefined || 'items' in around) throw malformed('The body is not valid JSON.');
        if (forbiddenNames.has(property) || longTexts.has(offset))
          throw malformed('The JSON has a name that is not allowed.');
        if (around.members.has(property)) throw malformed('The JSON repeats a name.');
        around.name = checkWellFormed(property);
      },
      onObjectEnd: () => {
        const closed = opened.pop();
        if (opened.length > 0 && closed !== undefined && 'members' in closed) put(Object.fromEntries(closed.members));
      },
      onArrayBegin: () => {
        if (opened.length === 0) throw malformed('The body must be one JSON object.');
        open({ items: [] });
      },
      onArrayEnd: () => {
        const closed = opened.pop();
        if (closed !== undefined && 'items' in closed) put(closed.items);
      },
      onLiteralValue: (value: string | number | boolean | null, offset) =>
        put(longTexts.get(offset) ?? (typeof value === 'string' ? checkWellFormed(value) : value)),
      onError: (_error, _offset, _length, line, column) => {
        // Positions after a picture differ from those in the body.
        const at = longTexts.size === 0 ? `: line ${line + 1}, column ${column + 1}` : '';
        throw malformed(`The body is not valid JSON${at}.`);
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
    if (text.length + to - from > maxSkeletonBytes) throw malformed('The JSON has over 64 KiB outside pictures.');
    try {
      text += decoder.decode(body.subarray(from, to));
    } catch {
      throw malformed('The body is not valid UTF-8.');
    }
  };
  let kept = 0;
  let at = 0;
  for (let open = body.indexOf(quote, at); open !== -1; open = body.indexOf(quote, at)) {
    if (open - kept > maxSkeletonBytes) throw malformed('The JSON has over 64 KiB outside pictures.');
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

/** Finds the closing quote. Quotes after a backslash are examined only up to the maximum length of a text field. */
function findClosingQuote(body: Buffer, open: number): number {
  for (let close = body.indexOf(quote, open + 1); close !== -1; close = body.indexOf(quote, close + 1)) {
    if (body[close - 1] !== backslash) return close;
    if (close - open > longTextBytes) break;
    let first = close - 1;
    while (body[first - 1] === backslash) first -= 1;
    if ((close - first) % 2 === 0) return close;
  }
  throw malformed('The JSON has a string without an end.');
}

/** Refuses unpaired surrogates: these have no UTF-8 form, so different texts would have equal hashes. */
function checkWellFormed(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw malformed('The JSON has an unpaired surrogate.');
  return text;
}
