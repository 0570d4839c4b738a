/** The only values that loggers and replies accept, so that the compiler rejects a face or a key. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type JsonObject = { readonly [name: string]: Json };
