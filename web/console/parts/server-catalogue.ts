/** Part of a text: translated, a value that the server inserted, or English without a translation. */
export type Part = { readonly kind: 'translated' | 'value' | 'english'; readonly text: string };

export type Translate = (text: string) => readonly Part[];

const separators = /[;:] |(?<=\.) |(?=\. )|\n/g;

/** Returns a pattern of linear time: a value ends at the first occurrence of what follows it. No value is joined. */
function toPattern(english: string): RegExp {
  const [first, ...others] = english.split(/\{\d\}/).map((each) => each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const toValue = (next: string, at: number): string =>
    `((?:(?!${at < others.length - 1 ? `${next}|` : ''}; |\\. |\\n)[^])*?)${next}`;
  return new RegExp(`^${first}${others.map(toValue).join('')}(\\.?)$`);
}

/**
 * Creates the translation of texts that the server composed.
 * @param catalogue - translations by English text, with `{0}`, `{1}` … for values
 */
export function createTranslate(catalogue: Readonly<Record<string, string>>): Translate {
  const byText = new Map(Object.entries(catalogue));
  const entries = [...byText]
    .toSorted(([one], [other]) => other.replace(/\{\d\}/g, '').length - one.replace(/\{\d\}/g, '').length)
    .map(([english, translation]) => ({
      pattern: toPattern(english.replace(/\.$/, '')),
      pieces: translation.replace(/\.$/, '').split(/\{(\d)\}/),
      // Names in a provider's console stay English.
      kind: translation === english ? ('english' as const) : ('translated' as const),
    }));

  const readWhole = (text: string): readonly Part[] | null => {
    const found = entries.find(({ pattern }) => pattern.test(text));
    const values = found?.pattern.exec(text)?.slice(1);
    if (found === undefined || values === undefined) return null;
    const filled = found.pieces.flatMap((piece, at): readonly Part[] => {
      if (at % 2 === 0) return [{ kind: found.kind, text: piece }];
      const value = values[Number(piece)] ?? '';
      // A value of several words may be a text of the server too.
      return (value.includes(' ') && readWhole(value)) || [{ kind: 'value', text: value }];
    });
    return [...filled, { kind: 'translated', text: values.at(-1) ?? '' }];
  };

  /** Translates the longest beginning that has an entry, then the rest. Long messages of providers stay English. */
  const translate: Translate = (text) => {
    const exact = byText.get(text);
    if (exact !== undefined) return [{ kind: exact === text ? 'english' : 'translated', text: exact }];
    if (text.length > 500) return [{ kind: 'english', text }];
    const ends = [...[...text.matchAll(separators)].map(({ index }) => index), text.length];
    const end = ends.findLast((each) => readWhole(text.slice(0, each)) !== null) ?? ends[0];
    const begin = text.slice(0, end);
    const [separator = ''] = /^[;:.]?\s/.exec(text.slice(end)) ?? [];
    const rest = text.slice(begin.length + separator.length);
    const parts = readWhole(begin) ?? [{ kind: 'english', text: begin }];
    return rest === '' ? parts : [...parts, { kind: 'translated', text: separator }, ...translate(rest)];
  };
  return translate;
}

/** Returns a readable name of a setting: its translation, or in English `Freshness (seconds)` for `freshnessSec`. */
export function toSettingName(name: string, translate: Translate): string {
  const [found] = translate(`setting.${name}`);
  if (found?.kind === 'translated') return found.text;
  return name
    .replace(/Sec$/, ' (seconds)')
    .replace(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^./, (letter) => letter.toUpperCase());
}
