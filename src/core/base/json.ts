import type { Json } from '../../errors.js';

export type JsonObject = { readonly [name: string]: Json };

/** Parses JSON. Returns `undefined` for other text. The parser's error is dropped, because its message quotes the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
