import type { Texts as HomeWords } from '../../../locales/compiled/capture/home/texts.js';
import type { Page } from '../page.js';
import type { PageApi } from '../page-api.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';

export interface HomeTools {
  readonly page: Page;
  readonly api: PageApi;
}

/** Message after an action. Its text is a function, because the language may change. */
export interface Message {
  readonly text: (words: HomeWords, all: Words) => string;
  readonly isGood: boolean;
}

/**
 * Outcome of an action. `message` reloads all sections and shows the message, if any, in the section of the action.
 * `view` continues with another step. `shown` means that the action has shown its own result: no section is reloaded, and
 * the element `data-first` gets the focus.
 */
export type Outcome =
  | { readonly kind: 'message'; readonly message: Message | null }
  | { readonly kind: 'view'; readonly view: View }
  | { readonly kind: 'shown' };

export const showMessage = (text: Message['text'], isGood = true): Outcome => ({
  kind: 'message',
  message: { text, isGood },
});

/** Runs work after a press and shows its outcome. */
export type Press = (work: () => Promise<Outcome>) => void;

export type Draw = (words: HomeWords, press: Press) => readonly (Node | null)[];

export interface Section {
  readonly name: keyof HomeWords['headings'];
  /**
   * @returns `null` to hide the section
   * @throws Problem
   */
  read(tools: HomeTools): Promise<Draw | null>;
}

/** Isolates the text direction of a name (Unicode bidi). */
export const isolate = (name: string): string => `\u2068${name}\u2069`;
