import type { Column } from '../../parts/table.js';
import type { Application } from './requests.js';

type Promised = Pick<Application, 'scopes' | 'perMinute' | 'perDay'>;

export const toTermsColumns = (
  words: Readonly<Record<'scopes' | 'perMinute' | 'perDay', string>>,
  number: (value: number) => string,
): readonly Column<Promised>[] => [
  { id: 'scopes', heading: words.scopes, cell: ({ scopes }) => scopes.join(', ') },
  { id: 'perMinute', heading: words.perMinute, isNumber: true, cell: ({ perMinute }) => number(perMinute) },
  { id: 'perDay', heading: words.perDay, isNumber: true, cell: ({ perDay }) => number(perDay) },
];
