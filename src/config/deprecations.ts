export interface Deprecation {
  readonly what: string;
  readonly endsOn: string;
  readonly instead: string;
}

interface Surroundings {
  readonly node: string;
}

const deprecations: readonly (Deprecation & { readonly isInUse: (surroundings: Surroundings) => boolean })[] = [
  {
    what: 'Node 20',
    // AWS SDK versions published after the first week of January 2027 need Node 22.
    endsOn: '2027-01-08',
    instead: 'Node 22 or 24',
    isInUse: ({ node }) => Number.parseInt(node, 10) < 22,
  },
];

export const findDeprecations = (surroundings: Surroundings): readonly Deprecation[] =>
  deprecations.filter(({ isInUse }) => isInUse(surroundings)).map(({ isInUse, ...told }) => told);

export const toDeprecationLine = ({ what, endsOn, instead }: Deprecation): string =>
  `${what} is taken until ${endsOn}. Take ${instead}.`;
