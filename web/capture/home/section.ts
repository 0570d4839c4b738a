import type { Words } from '../messages/words.js';
import type { Page } from '../page.js';
import type { PageApi } from '../page-api.js';
import type { View } from '../view.js';
import type { HomeWords } from './messages/words.js';

/** What a section works with. */
export interface HomeTools {
  readonly page: Page;
  readonly api: PageApi;
}

/** What is said once something was done: in words, as the language may be changed meanwhile. */
export interface Said {
  readonly text: (words: HomeWords, all: Words) => string;
  readonly isGood: boolean;
}

/**
 * What came of something that was pressed. `said`: all sections are read anew, and this one says so; `view`: the person goes on
 * to something else; `shown`: this section shows more, from an element with `data-first` on.
 */
export type Outcome =
  | { readonly kind: 'said'; readonly said: Said | null }
  | { readonly kind: 'view'; readonly view: View }
  | { readonly kind: 'shown' };

export const say = (text: Said['text'], isGood = true): Outcome => ({ kind: 'said', said: { text, isGood } });

/** Does something right after it was pressed, and asks nothing any more. */
export type Press = (work: () => Promise<Outcome>) => void;

/** Makes what stands below the heading of a section, in the language of now. */
export type Draw = (words: HomeWords, press: Press) => readonly (Node | null)[];

/** One part of a person's own page. */
export interface Section {
  /** Names it in the page, and its heading in `HomeWords.headings`. */
  readonly name: keyof HomeWords['headings'];
  /** Reads what it shows. @returns `null`: there is nothing to show, and the section is left out. @throws Problem */
  read(tools: HomeTools): Promise<Draw | null>;
}

/** A name of somebody else's, in a text of ours: it is shown as it is, and turns nothing around. */
export const isolate = (name: string): string => `\u2068${name}\u2069`;
