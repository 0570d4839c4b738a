const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

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
    return new Html(literals.map((literal, at) => literal + toMarkup(values[at] ?? null)).join(''));
  }
}

type HtmlValue = string | number | null | Html | readonly HtmlValue[];

function toMarkup(value: HtmlValue): string {
  if (value === null) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(toMarkup).join('');
  return String(value).replace(/[&<>"']/g, (character) => escapes[character] ?? '');
}

/**
 * Renders a template as HTML. Each value is shown as text, in an element or a quoted attribute, unless it is HTML already;
 * `null` is nothing, and the values of an array follow each other.
 */
export const html = (literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html =>
  Html.of(literals, values);
