import { createElement, type ReactNode } from 'react';

const documentPath = /\b((?:docs|adapters)\/[\w/-]+\.md)\b/;

/** Links to the page of the documentation that this server shows below `/docs`. */
const toDocumentation = (path: string): string => `/docs/${path.replace(/^docs\//, '').replace(/(README)?\.md$/, '')}`;

/** Text from the server, which is English, or from a provider. Paths of documents are links. */
export const ServerText = ({ children }: { readonly children: string }) =>
  createElement(
    'bdi',
    { lang: 'en' },
    ...children.split(documentPath).map((part, index) =>
      index % 2 === 0 ? (
        part
      ) : (
        <a key={part} href={toDocumentation(part)} target="_blank" rel="noreferrer">
          {part}
        </a>
      ),
    ),
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
