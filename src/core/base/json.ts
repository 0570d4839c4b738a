import type { Json } from '../../errors.js';

export type JsonObject = { readonly [name: string]: Json };

/** An object that is written as JSON, which leaves out members that are `undefined`. */
export type Serializable = {
  readonly [name: string]: Json | undefined | Serializable | readonly Serializable[];
};

/** Parses JSON in text or UTF-8. Returns `undefined` for anything else. The parser's error is dropped, because its message quotes the text. */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    return undefined;
  }
}

/** Parses JSON that a guard accepts. Returns `undefined` for other text. */
export const parseJsonAs = <Value>(
  text: string | Uint8Array,
  guard: { safeParse(value: unknown): { readonly data?: Value | undefined } },
): Value | undefined => guard.safeParse(parseJson(text)).data;
