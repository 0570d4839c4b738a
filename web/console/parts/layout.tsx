import type { ReactNode } from 'react';
import { Link } from '../frame/router.js';

/** Heading of one object, with a link to the list of all. */
export const Title = ({ name, to, all }: { readonly name: string; readonly to: string; readonly all: string }) => (
  <>
    <h1>
      <bdi>{name}</bdi>
    </h1>
    <p>
      <Link to={to}>{all}</Link>
    </p>
  </>
);

export const Section = ({
  heading,
  intro,
  children,
}: {
  readonly heading: string;
  readonly intro?: string;
  readonly children: ReactNode;
}) => (
  <section>
    <h2>{heading}</h2>
    {intro !== undefined && <p className="soft">{intro}</p>}
    {children}
  </section>
);
