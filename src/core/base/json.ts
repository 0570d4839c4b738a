/**
 * The only values that loggers and replies accept, so that the compiler rejects objects that hold a face or a
 * cryptographic key.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type JsonObject = { readonly [name: string]: Json };
