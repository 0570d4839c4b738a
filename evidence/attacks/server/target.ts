import type { BadCredential } from './credential-forms.js';
import type { Oracle } from './hostile.js';
import type { Request } from './request.js';
import type { Schema } from './surface.js';

/** An endpoint as generators of hostile calls see it. */
export interface Target {
  readonly name: string;
  /** What would be taken from whoever may call; each time another. */
  valid(): Request;
  /** The same in another way to write the body, where there is one. */
  readonly alternatives: readonly (() => Request)[];
  /** The fields of its body, to be put in place of one another; `null` where it takes none. */
  readonly fields: Fields | null;
  readonly bad: readonly BadCredential[];
  /** The same with a bad credential in place of the right one. */
  as(bad: BadCredential): Request;
  /** Of a bad credential. */
  readonly refusedCaller: Oracle;
  /** Of a request that is wrong in itself. */
  readonly refusedRequest: Oracle;
  /** Of a method that is not the endpoint's. */
  readonly refusedMethod: Oracle;
  /** Whether a face is looked at where the credential is taken. */
  readonly looksAtFaces: boolean;
  /** The most its body may have, in bytes; whatever is more is refused. */
  readonly mostBytes: number;
}

/** A body of fields. */
export interface Fields {
  readonly schemas: Readonly<Record<string, Schema>>;
  /** The valid request with that JSON text in place of a field's; `null` takes the field away. */
  replace(name: string, json: string | null): Request;
  /** The same as a form, with any text. */
  replaceInForm(name: string, text: string): Request | null;
}

/** Given only where an answer is a success of another kind than the public one. */
export const sameForEverybody =
  (known: ReadonlySet<string>): Oracle =>
  (exchanges) =>
    exchanges.some(({ answer }) => answer !== null && answer.status < 400 && !known.has(answer.text))
      ? `another answer than everybody gets: ${exchanges[0]?.answer?.text.slice(0, 120)}`
      : null;

/** What is open to everybody gives what it gives. */
export const open: Oracle = () => null;
