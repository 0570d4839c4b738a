/** Any value JSON can hold. Loggers and replies accept only this, so a face or a key handed to one does not compile. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [name: string]: Json };
