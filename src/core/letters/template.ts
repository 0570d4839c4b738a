/** An unknown placeholder in an administrator's text. Placeholders are written `{name}`. */
export interface TemplateProblem {
  readonly placeholder: string;
}

const placeholders = /\{([^{}\r\n]*)\}/g;

/** Returns a text's unknown placeholders. @param known - names without braces */
export const findUnknownPlaceholders = (text: string, known: readonly string[]): TemplateProblem[] =>
  [...new Set([...text.matchAll(placeholders)].map(([, name = '']) => name))]
    .filter((name) => !known.includes(name))
    .map((placeholder) => ({ placeholder }));

export const fillTemplate = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(placeholders, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? whole) : whole));

export const toParagraphs = (text: string): string[] =>
  text
    .split(/\r?\n[ \t]*\r?\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');
