import { type ComponentType, createContext, type ReactNode, useContext } from 'react';
import type { Language } from '../../shared/languages.js';

export interface Screen {
  /** Loads the texts. A language change preserves the screen's state. */
  prepare(language: Language): Promise<(rest: readonly string[]) => ReactNode>;
}

interface ScreenProps {
  /** Path segments after the screen's own: `['4711']` at `/applications/4711`. */
  readonly rest: readonly string[];
}

/** @param modules - the files of `./messages`, each of which exports the texts by language */
export const messagesIn =
  <Texts,>(modules: Readonly<Record<string, () => Promise<unknown>>>) =>
  async (language: Language): Promise<Texts> => {
    const loaded = await Object.entries(modules).find(([path]) => path.endsWith(`/${language}.ts`))?.[1]();
    if (!isOf<Texts>(loaded, language)) throw new Error(`no texts in ${language}`);
    return loaded[language];
  };

const isOf = <Texts,>(loaded: unknown, language: Language): loaded is Readonly<Record<Language, Texts>> =>
  typeof loaded === 'object' && loaded !== null && language in loaded;

/** Defines the texts of a screen, which each of its components reads with `useTexts`. */
export function defineTexts<Texts>(load: (language: Language) => Promise<Texts>) {
  const Context = createContext<Texts | null>(null);
  return {
    useTexts(): Texts {
      const texts = useContext(Context);
      if (texts === null) throw new Error('outside the screen');
      return texts;
    },
    defineScreen: (Show: ComponentType<ScreenProps>): Screen => ({
      async prepare(language) {
        const texts = await load(language);
        return (rest) => (
          <Context value={texts}>
            <Show rest={rest} />
          </Context>
        );
      },
    }),
  };
}
