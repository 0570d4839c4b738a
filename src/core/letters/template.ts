/** Words of an administrator's own: plain text, in which `{name}` stands for something of the person's. */
export interface TemplateProblem {
  /** What stands between the braces. */
  readonly placeholder: string;
}

const placeholders = /\{([^{}\r\n]*)\}/g;

/** The placeholders of a text that are none of a closed set. @param known - names, without braces */
export const findUnknownPlaceholders = (text: string, known: readonly string[]): TemplateProblem[] =>
  [...new Set([...text.matchAll(placeholders)].map(([, name = '']) => name))]
    .filter((name) => !known.includes(name))
    .map((placeholder) => ({ placeholder }));

/** Puts values in the places of their names, once: what a value says in braces stays as it is. */
export const fillTemplate = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(placeholders, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? whole) : whole));

/** The paragraphs of a text: what blank lines part. */
export const toParagraphs = (text: string): string[] =>
  text
    .split(/\r?\n[ \t]*\r?\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');
