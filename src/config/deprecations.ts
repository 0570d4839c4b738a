/** What still works, and ends on a day. */
export interface Deprecation {
  readonly what: string;
  /** The first day without it, as `2027-01-04`. */
  readonly endsOn: string;
  readonly instead: string;
}

/** What a process runs on. */
interface Surroundings {
  /** As `process.versions.node` has it. */
  readonly node: string;
}

const deprecations: readonly (Deprecation & { readonly isInUse: (surroundings: Surroundings) => boolean })[] = [
  {
    what: 'Node 20',
    // The AWS SDK: its versions after the first week of January 2027 need Node 22.
    endsOn: '2027-01-08',
    instead: 'Node 22 or 24',
    isInUse: ({ node }) => Number.parseInt(node, 10) < 22,
  },
];

/** Those that this process makes use of. */
export const findDeprecations = (surroundings: Surroundings): readonly Deprecation[] =>
  deprecations.filter(({ isInUse }) => isInUse(surroundings)).map(({ isInUse, ...told }) => told);

/** One line for an administrator. */
export const toDeprecationLine = ({ what, endsOn, instead }: Deprecation): string =>
  `${what} is taken until ${endsOn}. Take ${instead}.`;
