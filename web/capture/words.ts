import type { Texts } from '../../locales/compiled/capture/page/texts.js';

/** Texts of the page. An organization's own text of a lockout shows the minutes left. */
export type Words = Omit<Texts, 'tryAgainAt'> & {
  readonly tryAgainAt: (v: { readonly time: string; readonly minutes: number }) => string;
};

export type ConsentWords = Words['consent']['verify'];
