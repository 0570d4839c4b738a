import type { ComponentType, ReactNode } from 'react';
import type { Messages } from './words.js';

/** What a screen is given. */
export interface ScreenProps<Texts> {
  /** What it says, in the language that is shown. */
  readonly words: Texts;
  /** The parts of the address after the screen's own: `['4711']` at `/applications/4711`. */
  readonly rest: readonly string[];
}

/** A screen and what it says, not yet in any language. */
export interface Screen {
  /** Fetches its texts. In another language it is the same screen: what somebody has typed, or is shown once, stays. */
  prepare(language: keyof Messages<unknown>): Promise<(rest: readonly string[]) => ReactNode>;
}

/** Puts a screen together with its texts. */
export const defineScreen = <Texts,>(messages: Messages<Texts>, Show: ComponentType<ScreenProps<Texts>>): Screen => ({
  async prepare(language) {
    const words = await messages[language]();
    return (rest) => <Show words={words} rest={rest} />;
  },
});
