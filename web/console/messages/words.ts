import type { en } from './en.js';

/** Type of translated texts: functions keep their parameters, other values are text. */
export type Translated<Texts> = {
  readonly [Name in keyof Texts]: Texts[Name] extends string
    ? string
    : Texts[Name] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Translated<Texts[Name]>;
};

export type Words = Translated<typeof en>;
