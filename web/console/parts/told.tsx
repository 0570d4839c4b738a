import type { ReactNode } from 'react';

/** What the server says in English, whatever the reader's language, and what a provider wrote. */
export const Told = ({ children }: { readonly children: string }) => <bdi lang="en">{children}</bdi>;

/** Several sentences of the server, each in its line. */
export const ToldLines = ({ lines }: { readonly lines: readonly string[] }) =>
  lines.map((line) => (
    <p key={line}>
      <Told>{line}</Told>
    </p>
  ));

/** Names and what they are: `<dl>`, without those whose value is `null`. Text keeps its lines and its own direction. */
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
