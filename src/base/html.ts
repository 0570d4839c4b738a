const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text that a browser shows as it is, in an element or an attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

/** HTML that was put together by `html`, and by nothing else. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }

  /** For `html`. Whatever is put in is escaped, unless it is HTML already. */
  static of(literals: readonly string[], values: readonly HtmlValue[]): Html {
    return new Html(literals.map((literal, at) => literal + toMarkup(values[at] ?? '')).join(''));
  }
}

type HtmlValue = string | number | Html | readonly Html[];

const toMarkup = (value: HtmlValue): string => {
  if (value instanceof Html) return value.toString();
  return typeof value === 'string' || typeof value === 'number' ? escapeHtml(String(value)) : value.join('');
};

/** HTML of a template: what is put into it shows as it is, in an element or a quoted attribute. */
export const html = (literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html =>
  Html.of(literals, values);
