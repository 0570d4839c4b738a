import { createElement, Fragment, type ReactNode, Suspense, use } from 'react';
import type { Language } from '../../../src/core/base/languages.js';
import { useLanguage } from '../frame/words.js';
import { createTranslate, type Part, type Translate, toSettingName } from './server-catalogue.js';

const documentPath = /\b((?:docs|adapters)\/[\w/-]+\.md)\b/;

/** Links to the page of the documentation that this server shows below `/docs`. */
const toDocumentation = (path: string): string => `/docs/${path.replace(/^docs\//, '').replace(/(README)?\.md$/, '')}`;

const withLinks = (text: string): readonly ReactNode[] =>
  text.split(documentPath).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <a key={part} href={toDocumentation(part)} target="_blank" rel="noreferrer">
        {part}
      </a>
    ),
  );

const toElement = ({ kind, text }: Part, key: number): ReactNode =>
  kind === 'translated'
    ? createElement(Fragment, { key }, ...withLinks(text))
    : createElement('bdi', { key, lang: kind === 'english' ? 'en' : undefined }, ...withLinks(text));

const catalogues = import.meta.glob<Readonly<Record<string, string>>>('../../../locales/server-texts/*.json', {
  import: 'default',
});

const loading = new Map<Language, Promise<Translate>>();

/** Loads the translations of a language once. Without them, texts stay English. */
function loadTranslate(language: Language): Promise<Translate> {
  const load = catalogues[`../../../locales/server-texts/${language}.json`] ?? (async () => ({}));
  const loaded = loading.get(language) ?? load().then(createTranslate, () => createTranslate({}));
  loading.set(language, loaded);
  return loaded;
}

/** Returns a function that names a setting. Suspends until the translations are loaded. */
export function useSettingNames(): (name: string) => string {
  const translate = use(loadTranslate(useLanguage()));
  return (name) => toSettingName(name, translate);
}

const Translated = ({ text }: { readonly text: string }) => use(loadTranslate(useLanguage()))(text).map(toElement);

/** Text from a provider, or from the server, which is translated only here. Paths of documents are links. */
export const ServerText = ({ children }: { readonly children: string }) => (
  <Suspense fallback={<bdi lang="en">{children}</bdi>}>
    <Translated text={children} />
  </Suspense>
);

export const ServerTextLines = ({ lines }: { readonly lines: readonly string[] }) =>
  lines.map((line) => (
    <p key={line}>
      <ServerText>{line}</ServerText>
    </p>
  ));

/** Result of an action, in the server's words. */
export const ServerTextResult = ({
  result: { isDone, words },
  children,
}: {
  readonly result: { readonly isDone: boolean; readonly words: readonly string[] };
  readonly children?: ReactNode;
}) => (
  <div className={isDone ? 'note good' : 'note warn'} role="status">
    {children}
    <ServerTextLines lines={words} />
  </div>
);

/** Renders names and values as `<dl>`, without `null` values. Text keeps lines and direction. */
export const Facts = ({ rows }: { readonly rows: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className="facts">
    {rows
      .filter(([, value]) => value !== null)
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="said">{typeof value === 'string' ? <bdi>{value}</bdi> : value}</dd>
        </div>
      ))}
  </dl>
);

/** A name and its value in a `<dl>`. */
export const Figure = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
