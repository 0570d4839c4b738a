/**
 * The only values that loggers and replies accept, so that the compiler rejects objects that hold a face or a
 * cryptographic key.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type JsonObject = { readonly [name: string]: Json };

/** Parses JSON. Returns `undefined` for other text. The parser's error is dropped, because its message quotes the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
