import { loadTexts as loadWords } from '../../locales/compiled/capture/page/load.js';
import { directionOf, isLanguage, type Language, languages } from '../../src/core/base/languages.js';
import type { Movement } from '../../src/core/movements.js';
import { type Brand, brandWords, noBrand, showName } from './brand.js';
import { el } from './dom.js';
import type { Screen } from './state.js';
import type { Words } from './words.js';

const sayEveryMs = 2000;

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export interface Content {
  readonly screen: Screen;
  readonly heading: string;
  readonly body: readonly (Node | null)[];
}

export type Build = (words: Words) => Content;

export class Page {
  #language: Language;
  #words: Words;
  #redraw: () => void = () => {};
  readonly #main: HTMLElement;
  readonly #title = el('p', { class: 'brand' });
  readonly #label = el('label', { for: 'language', class: 'unseen' });
  readonly #below = el('footer', {});
  #redrawBelow: () => void = () => {};
  readonly #spoken = el('div', { class: 'unseen', 'aria-live': 'polite' });
  #spokenAt = 0;
  #organisation: string | null = null;
  readonly #brand: Brand;
  readonly #help = el('a', { rel: 'noreferrer', target: '_blank' });
  readonly #select = el('select', { id: 'language', class: 'language' });

  static async open(
    main: HTMLElement,
    language: Language,
    brand: Brand = noBrand,
    offered: 'all' | 'one' = 'all',
  ): Promise<Page> {
    return new Page(main, language, await loadWords(language), brand, offered);
  }

  private constructor(main: HTMLElement, language: Language, words: Words, brand: Brand, offered: 'all' | 'one') {
    this.#main = main;
    this.#brand = brand;
    this.#language = language;
    this.#words = words;
    for (const [tag, name] of Object.entries(languages)) {
      this.#select.append(el('option', { value: tag, lang: tag, selected: tag === language }, name));
    }
    this.#select.addEventListener('change', () => {
      if (isLanguage(this.#select.value)) void this.#change(this.#select.value);
    });
    const choice = offered === 'all' ? el('div', {}, this.#label, this.#select) : null;
    main.before(el('header', {}, this.#title, choice));
    const { helpUrl } = brand;
    this.#help.href = helpUrl ?? '';
    main.after(this.#below, ...(helpUrl === null ? [] : [el('nav', { class: 'help' }, this.#help)]), this.#spoken);
    this.#use(language, words);
  }

  get language(): Language {
    return this.#language;
  }

  /** The chosen language with the user's region, if known. */
  get locale(): string {
    // Some systems report invalid locales such as en-US@posix.
    const known = new RegExp(`^${this.#language}(-[a-z\\d]{2,8})*$`, 'i');
    return navigator.languages.find((tag) => known.test(tag)) ?? this.#language;
  }

  /** Formats the date of an RFC 3339 time. */
  day(time: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: 'long' }).format(Date.parse(time));
  }

  nameOrganisation(organisation: string | null): void {
    this.#organisation = organisation;
    this.#title.replaceChildren(showName(this.#brand, this.organisationOr(organisation) ?? this.words.title) ?? '');
  }

  organisationOr(organisation: string | null): string | null {
    return organisation ?? this.#brand.organisation;
  }

  get words(): Words {
    return brandWords(this.#words, this.#brand.texts[this.#language]);
  }

  /** Shows a screen. A new screen focuses its heading; a redrawn screen keeps the focus. */
  show(build: Build): void {
    const focused = document.activeElement?.id ?? '';
    this.#redraw = () => this.#draw(build(this.words));
    this.#redraw();
    if (document.activeElement !== document.body) return;
    const place = document.getElementById(focused) ?? this.#main.querySelector('h1');
    place?.focus({ preventScroll: true });
  }

  showBelow(build: (words: Words) => readonly (Node | null)[]): void {
    this.#redrawBelow = () => {
      const hadFocus = this.#below.contains(document.activeElement);
      this.#below.replaceChildren(...build(this.words).filter((child) => child !== null));
      if (hadFocus) this.#below.querySelector<HTMLElement>(':scope > button')?.focus();
    };
    this.#redrawBelow();
  }

  ask<Choice>(build: (words: Words, choose: (choice: Choice) => void) => Content): Promise<Choice> {
    return new Promise((resolve) => this.show((words) => build(words, resolve)));
  }

  /** Announces the requested movement at once to screen readers; `null` ends the movement. */
  announceMovement(movement: Movement | null): void {
    if (movement === null) {
      delete this.#main.dataset.movement;
      return;
    }
    this.#main.dataset.movement = movement;
    this.#spokenAt = performance.now();
    this.#spoken.textContent = this.words.challenge.movements[movement];
  }

  /** Announces a text to screen readers, without repetition and not too often. */
  say(text: string): void {
    const now = performance.now();
    if (this.#spoken.textContent === text || now - this.#spokenAt < sayEveryMs) return;
    this.#spokenAt = now;
    this.#spoken.textContent = text;
  }

  #draw({ screen, heading, body }: Content): void {
    const isNew = this.#main.dataset.screen !== screen || this.#main.childElementCount === 0;
    const h1 = el('h1', { tabindex: '-1' }, heading);
    this.#main.dataset.screen = screen;
    this.#main.replaceChildren(h1, ...body.filter((child) => child !== null));
    document.title = `${heading} · ${this.words.title}`;
    if (!isNew) return;
    this.announceMovement(null);
    this.#spoken.textContent = '';
    window.scrollTo(0, 0);
    h1.focus({ preventScroll: true });
  }

  #fields(): readonly Field[] {
    return [...this.#main.querySelectorAll<Field>('input:not([type=file]), select, textarea')];
  }

  #fillIn(former: readonly Field[]): void {
    for (const [index, field] of this.#fields().entries()) {
      const before = former[index];
      if (before === undefined || before.name !== field.name) continue;
      field.value = before.value;
      if ('checked' in field && 'checked' in before) field.checked = before.checked;
    }
  }

  async #change(language: Language): Promise<void> {
    const words = await loadWords(language).catch(() => null);
    if (this.#select.value !== language) return;
    if (words === null) this.#select.value = this.#language;
    else this.#use(language, words);
  }

  #use(language: Language, words: Words): void {
    this.#language = language;
    this.#words = words;
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
    this.nameOrganisation(this.#organisation);
    this.#label.textContent = this.words.language;
    this.#help.textContent = this.words.helpLink;
    const filledIn = this.#fields();
    this.#redraw();
    this.#fillIn(filledIn);
    this.#redrawBelow();
  }
}
