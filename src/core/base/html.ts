const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escaped HTML, which only `html` can create. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }

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

/** Renders a template. Values are escaped unless they are `Html`; `null` becomes empty, and arrays are joined. */
export const html = (literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html =>
  Html.of(literals, values);
