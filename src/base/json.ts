/** Loggers and replies accept only this, so passing a face or a key does not compile. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type JsonObject = { readonly [name: string]: Json };
