import type { ReactNode } from 'react';

/** Text from the server, which is English, or from a provider. */
export const Told = ({ children }: { readonly children: string }) => <bdi lang="en">{children}</bdi>;

export const ToldLines = ({ lines }: { readonly lines: readonly string[] }) =>
  lines.map((line) => (
    <p key={line}>
      <Told>{line}</Told>
    </p>
  ));

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
