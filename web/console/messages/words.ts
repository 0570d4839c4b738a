import type { en } from './en.js';

/** The same texts in another language: functions take the same, and everything is a text in the end. */
export type Translated<Texts> = {
  readonly [Name in keyof Texts]: Texts[Name] extends string
    ? string
    : Texts[Name] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Translated<Texts[Name]>;
};

/** What the frame says. */
export type Words = Translated<typeof en>;
