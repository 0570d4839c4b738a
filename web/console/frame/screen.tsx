import type { ComponentType, ReactNode } from 'react';
import type { Messages } from './words.js';

export interface ScreenProps<Texts> {
  readonly words: Texts;
  /** Path segments after the screen's own: `['4711']` at `/applications/4711`. */
  readonly rest: readonly string[];
}

export interface Screen {
  /** Loads the texts. A language change preserves the screen's state. */
  prepare(language: keyof Messages<unknown>): Promise<(rest: readonly string[]) => ReactNode>;
}

export const defineScreen = <Texts,>(messages: Messages<Texts>, Show: ComponentType<ScreenProps<Texts>>): Screen => ({
  async prepare(language) {
    const words = await messages[language]();
    return (rest) => <Show words={words} rest={rest} />;
  },
});
